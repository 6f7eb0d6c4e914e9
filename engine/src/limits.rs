//! The limits of `skep_options` with their defaults filled in, and what the machine allows.

use crate::abi::Options;
use std::path::Path;
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
    pub max_memory_bytes: u64,
    pub max_table_entries: u32,
    pub max_instances: u32,
    pub max_memories: u32,
    pub keep_memory_bytes: u64,
    pub keep_table_bytes: u64,
    pub max_stack_bytes: u32,
    pub max_handles: u32,
    pub max_field_bytes: u32,
    pub max_random_bytes: u64,
    pub max_host_call_bytes: u64,
    pub max_module_bytes: u64,
    pub max_functions: u32,
    pub max_nesting: u32,
    pub body_chunk_bytes: u32,
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
        let usual = default_budget(Path::new("/proc"), Path::new("/sys/fs/cgroup"));
        let budget = or(options.memory_budget, usual);
        let (keep_memory_bytes, keep_table_bytes) = kept(options, budget, memory, table);
        let derived = (budget / (keep_memory_bytes + keep_table_bytes)).clamp(MIN_SLOTS, MAX_SLOTS);
        let slots = or(options.slots, derived as u32);
        Limits {
            slots,
            reserved_slots: or(options.reserved_slots, slots / 4).min(slots.saturating_sub(1)),
            max_memory_bytes: or(options.max_memory, 128 * MIB),
            max_table_entries: or(options.max_table, 20_000),
            max_instances: or(options.max_instances, 64),
            max_memories: or(options.max_memories, 8),
            keep_memory_bytes,
            keep_table_bytes,
            max_stack_bytes: or(options.max_stack, 512 << 10),
            max_handles: or(options.max_handles, 4_096),
            max_field_bytes: or(options.max_fields, 32 << 10),
            max_random_bytes: or(options.max_random, 64 << 10),
            max_host_call_bytes: or(options.max_host_call, 4 * MIB),
            max_module_bytes: or(options.max_module, 64 * MIB),
            max_functions: or(options.max_functions, 200_000),
            max_nesting: or(options.max_nesting, 16),
            body_chunk_bytes: or(options.body_chunk, 64 << 10),
            quantum_ns: or(options.quantum_ns, 1_000_000),
            pagemap_scan,
            swap_on,
            sanitizer,
        }
    }

    /// What free slots may keep resident at most, in bytes.
    pub fn kept_bound(&self) -> u64 {
        u64::from(self.slots) * (self.keep_memory_bytes + self.keep_table_bytes)
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

/// A quarter of what the machine or the control groups of the process give, at most 1 GiB.
fn default_budget(proc: &Path, cgroups: &Path) -> u64 {
    let machine = machine_memory(proc).unwrap_or(4 << 30);
    let groups = group_limit(proc, cgroups).unwrap_or(u64::MAX);
    (machine.min(groups) / 4).min(MAX_BUDGET)
}

/// The bytes of `MemTotal` in `proc`.
fn machine_memory(proc: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(proc.join("meminfo")).ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

/// The smallest memory limit, in bytes, from the control group of the process up to the root: each
/// of them binds (cgroups(7)).
fn group_limit(proc: &Path, cgroups: &Path) -> Option<u64> {
    let own = std::fs::read_to_string(proc.join("self/cgroup")).ok()?;
    let limits_of = |line| {
        let (hierarchy, group, file) = memory_group(line)?;
        let root = cgroups.join(hierarchy);
        let groups = Path::new(group).ancestors();
        let limits = groups.filter_map(|it| read_number(&root.join(it).join(file)));
        limits.min()
    };
    own.lines().filter_map(limits_of).min()
}

/// Of a line of `/proc/self/cgroup` that tells of memory: the hierarchy's folder, the group in it,
/// and the file of a limit. Version 2 has one hierarchy for all, version 1 one for each controller.
fn memory_group(line: &str) -> Option<(&'static str, &str, &'static str)> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (controllers, group) = (parts.next()?, parts.next()?.trim_start_matches('/'));
    if controllers.is_empty() {
        return Some(("", group, "memory.max"));
    }
    controllers.split(',').any(|it| it == "memory").then_some((
        "memory",
        group,
        "memory.limit_in_bytes",
    ))
}

fn read_number(path: &Path) -> Option<u64> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
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
    use std::path::PathBuf;

    #[test]
    fn as_many_slots_as_the_budget_keeps_resident() {
        let limits = Limits::new(&Options {
            memory_budget: 256 * MIB,
            keep_memory: 3 * MIB,
            keep_table: MIB / 2,
            ..Options::default()
        });

        assert_eq!((limits.slots, limits.kept_bound()), (73, 73 * 7 * MIB / 2));
    }

    #[test]
    fn a_small_budget_keeps_less_of_each_slot() {
        let limits = Limits::new(&Options {
            memory_budget: 8 * MIB,
            ..Options::default()
        });

        assert_eq!((limits.slots, limits.kept_bound()), (66, 66 * (31 << 12)));
    }

    #[test]
    fn a_quarter_of_the_slots_is_reserved() {
        let limits = Limits::new(&Options {
            slots: 8,
            ..Options::default()
        });

        assert_eq!((limits.slots, limits.reserved_slots), (8, 2));
    }

    /// A machine of 16 GiB: `/proc` and `/sys/fs/cgroup` in a folder, removed in the end.
    struct Machine(PathBuf);

    impl Machine {
        fn new(name: &str, own_groups: &str) -> Machine {
            let folder = format!("skep-limits-{name}-{}", std::process::id());
            let machine = Machine(std::env::temp_dir().join(folder));
            machine.write("proc/meminfo", "MemTotal:       16777216 kB\n");
            machine.write("proc/self/cgroup", own_groups);
            machine
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }

        fn budget(&self) -> u64 {
            default_budget(&self.0.join("proc"), &self.0.join("cgroup"))
        }
    }

    impl Drop for Machine {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn without_control_groups_the_budget_is_at_most_1_gib() {
        assert_eq!(Machine::new("bare", "").budget(), 1 << 30);
    }

    #[test]
    fn the_limit_of_the_process_s_own_control_group_counts() {
        let machine = Machine::new("nested", "0::/system.slice/skep.service\n");
        machine.write("cgroup/system.slice/memory.max", "max\n");
        machine.write("cgroup/system.slice/skep.service/memory.max", "536870912\n");

        assert_eq!(machine.budget(), 128 * MIB);
    }

    #[test]
    fn a_smaller_limit_of_a_control_group_above_counts() {
        let machine = Machine::new("above", "0::/system.slice/skep.service\n");
        machine.write("cgroup/memory.max", "1073741824\n");
        machine.write("cgroup/system.slice/memory.max", "268435456\n");
        machine.write("cgroup/system.slice/skep.service/memory.max", "536870912\n");

        assert_eq!(machine.budget(), 64 * MIB);
    }

    #[test]
    fn the_memory_hierarchy_of_version_1_counts() {
        let machine = Machine::new("version-1", "3:cpu,cpuacct:/box\n2:memory:/box\n0::/\n");
        machine.write(
            "cgroup/memory/memory.limit_in_bytes",
            "9223372036854771712\n",
        );
        machine.write("cgroup/memory/box/memory.limit_in_bytes", "536870912\n");

        assert_eq!(machine.budget(), 128 * MIB);
    }

    #[test]
    fn where_the_group_cannot_be_seen_the_mounted_root_counts() {
        let machine = Machine::new("mounted", "2:memory:/docker/1f\n");
        machine.write("cgroup/memory/memory.limit_in_bytes", "536870912\n");

        assert_eq!(machine.budget(), 128 * MIB);
    }
}
