# Filled in with the engine crate.
