# Sourced by the other scripts: where caches are, and timed stages.
#
# stage NAME COMMAND... runs COMMAND and prints how long it took; its status is COMMAND's.

# shellcheck shell=bash
SKEP_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/skep
SKEP_STARTED=$SECONDS
JOBS=${JOBS:-$(nproc)}
export SKEP_CACHE JOBS

stage() {
    local name=$1 started=$SECONDS status=0
    shift
    printf '\n== %s\n' "$name"
    "$@" || status=$?
    if [ "$status" = 0 ]; then
        printf '== %s: %d s\n' "$name" $((SECONDS - started))
    else
        printf '== %s: FAILED (status %d) after %d s\n' "$name" "$status" $((SECONDS - started)) >&2
    fi
    return "$status"
}

total_time() {
    printf '%s: %d s in all\n' "$1" $((SECONDS - SKEP_STARTED))
}
