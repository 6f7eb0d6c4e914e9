//! What the service says: no input or output here.

pub fn greeting(name: &str) -> String {
    format!("Hello {name}!\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greets_by_name() {
        assert_eq!(greeting("Ada"), "Hello Ada!\n");
    }
}
