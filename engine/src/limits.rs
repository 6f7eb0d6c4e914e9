//! The limits of `skep_options` with their defaults filled in, and what the machine allows.

use crate::abi::Options;
use wasmtime::PoolingAllocationConfig;

const MIB: u64 = 1 << 20;
const MAX_BUDGET: u64 = 1 << 30;
/// Fewer slots than this make a server stall; keep less of each instead.
const MIN_SLOTS: u64 = 64;
const MAX_SLOTS: u64 = 10_000;

/// All limits of one engine, none of them zero.
#[derive(Clone, Debug)]
pub struct Limits {
    pub slots: u32,
    pub reserved_slots: u32,
    pub max_memory: u64,
    pub max_table: u32,
    pub max_instances: u32,
    pub max_memories: u32,
    pub keep_memory: u64,
    pub keep_table: u64,
    pub max_stack: u32,
    pub max_handles: u32,
    pub max_fields: u32,
    pub max_random: u64,
    pub max_host_call: u64,
    pub max_module: u64,
    pub max_functions: u32,
    pub max_nesting: u32,
    pub body_chunk: u32,
    pub quantum_ns: u64,
    pub pagemap_scan: bool,
    pub swap_on: bool,
    pub sanitizer: bool,
}

impl Limits {
    pub fn new(options: &Options) -> Limits {
        let swap_on = swap_is_on();
        let sanitizer = options.sanitizer != 0;
        let pagemap_scan = options.disable_pagemap_scan == 0
            && !sanitizer
            && !swap_on
            && PoolingAllocationConfig::is_pagemap_scan_available();
        let (memory, table) = if pagemap_scan {
            (4 * MIB, MIB)
        } else {
            (128 << 10, 64 << 10)
        };
        let budget = or(options.memory_budget, default_budget());
        let (keep_memory, keep_table) = kept(options, budget, memory, table);
        let derived = (budget / (keep_memory + keep_table)).clamp(MIN_SLOTS, MAX_SLOTS);
        let slots = or(options.slots, derived as u32);
        Limits {
            slots,
            reserved_slots: or(options.reserved_slots, slots / 4).min(slots.saturating_sub(1)),
            max_memory: or(options.max_memory, 128 * MIB),
            max_table: or(options.max_table, 20_000),
            max_instances: or(options.max_instances, 64),
            max_memories: or(options.max_memories, 8),
            keep_memory,
            keep_table,
            max_stack: or(options.max_stack, 512 << 10),
            max_handles: or(options.max_handles, 4_096),
            max_fields: or(options.max_fields, 32 << 10),
            max_random: or(options.max_random, 64 << 10),
            max_host_call: or(options.max_host_call, 4 * MIB),
            max_module: or(options.max_module, 64 * MIB),
            max_functions: or(options.max_functions, 200_000),
            max_nesting: or(options.max_nesting, 16),
            body_chunk: or(options.body_chunk, 64 << 10),
            quantum_ns: or(options.quantum_ns, 1_000_000),
            pagemap_scan,
            swap_on,
            sanitizer,
        }
    }

    /// What free slots may keep resident at most.
    pub fn kept_bound(&self) -> u64 {
        u64::from(self.slots) * (self.keep_memory + self.keep_table)
    }
}

fn or<T: Default + PartialEq>(value: T, otherwise: T) -> T {
    if value == T::default() {
        otherwise
    } else {
        value
    }
}

/// The bytes kept of each slot: less than the usual where the budget is small, so that enough
/// slots remain.
fn kept(options: &Options, budget: u64, memory: u64, table: u64) -> (u64, u64) {
    let slots = or(u64::from(options.slots), MIN_SLOTS);
    let share = budget / slots;
    let scale = |usual: u64| (usual * share.min(memory + table) / (memory + table)) & !0xfff;
    (
        or(options.keep_memory, scale(memory)),
        or(options.keep_table, scale(table)),
    )
}

/// A quarter of what the machine or the control group gives, at most 1 GiB.
fn default_budget() -> u64 {
    let machine = meminfo_total().unwrap_or(4 << 30);
    let group = read_number("/sys/fs/cgroup/memory.max").unwrap_or(u64::MAX);
    (machine.min(group) / 4).min(MAX_BUDGET)
}

fn read_number(path: &str) -> Option<u64> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn meminfo_total() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

/// A page that was swapped out would be neither reset nor dropped by the scan: data of one guest
/// would reach the next. Unknown counts as on.
fn swap_is_on() -> bool {
    match std::fs::read_to_string("/proc/swaps") {
        Ok(text) => text.lines().skip(1).any(|line| !line.trim().is_empty()),
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_fit_the_budget() {
        let limits = Limits::new(&Options {
            memory_budget: 256 * MIB,
            ..Options::default()
        });

        assert!(limits.slots >= 51);
        assert!(limits.kept_bound() <= 256 * MIB);
    }

    #[test]
    fn a_small_budget_keeps_less_of_each_slot() {
        let limits = Limits::new(&Options {
            memory_budget: 64 * MIB,
            ..Options::default()
        });

        assert!(limits.slots >= 64);
        assert!(limits.kept_bound() <= 64 * MIB);
    }

    #[test]
    fn a_quarter_of_the_slots_is_reserved() {
        let limits = Limits::new(&Options {
            slots: 8,
            ..Options::default()
        });

        assert_eq!((limits.slots, limits.reserved_slots), (8, 2));
    }
}
