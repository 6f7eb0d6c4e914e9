"""A platform with a well-behaved service beside those that misbehave, and the check that these harm nobody."""

from support.manifest import manifest
from support.paths import guest
from support.polling import eventually

MIB = 1 << 20
SLOTS = 16
# What free slots may keep resident (docs/limits.md): 4 MiB of memory and 1 MiB of tables each.
KEPT = SLOTS * 5 * MIB
# The platform's own growth: code of the guests that were touched, buffers, what the allocator keeps.
SLACK = 32 * MIB
MEMORY_PATIENCE = 5.0  # seconds


class Neighbourhood:
    """A running platform, its idle memory, and its services reached by name, each at a host of its own.

    `call` and `connect` reach a service; `check_unharmed` fails where one has harmed the platform.
    """

    def __init__(self, running):
        self.running = running
        self._greet()
        self._idle = running.resident_bytes()

    def call(self, service, path, method="GET", **request):
        return self.running.http.request(method, path, headers={"host": f"{service}.test"}, **request)

    def check_unharmed(self):
        """The process lives, a neighbour answers, no instance is left over, memory is back within its bound."""
        assert self.running.is_alive
        self._greet()
        self.running.wait_for_guests(0)
        bound = self._idle + KEPT + SLACK
        eventually(lambda: self.running.resident_bytes() <= bound, f"memory below {bound} bytes", MEMORY_PATIENCE)

    def _greet(self):
        reply = self.call("neighbour", "/")
        assert (reply.status_code, reply.text) == (200, "Hello from Skep!\n")


def beside_neighbour(platforms, services, folder=None, **sections):
    """Starts `services`, each at the host NAME.test, beside one of the name `neighbour`; in `folder` or one of its own."""
    whole = {"neighbour": {"module": guest("hello_p2")}, **services}
    for name, service in whole.items():
        service.setdefault("routes", [{"path": "/*", "host": f"{name}.test"}])
    sections.setdefault("runtime", {"slots": SLOTS})
    return Neighbourhood(platforms.start(manifest(whole, **sections), folder=folder))


def problem(reply):
    """Status and code of an error reply."""
    assert reply.headers["content-type"] == "application/problem+json"
    return reply.status_code, reply.json()["code"]
