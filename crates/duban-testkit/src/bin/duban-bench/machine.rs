//! What else the machine was doing, as far as it says so; and how fast its disk is right now.

use std::{
    fs::{self, File},
    io::{Seek, Write},
    path::Path,
    time::Instant,
};

use crate::{
    Done,
    rows::{Row, median, row},
};

/// How often the disk is asked.
const PROBES: usize = 40;

/// Looks at the machine from here on.
pub(crate) struct Watch {
    begun: Option<Times>,
}

/// Processor time since the machine started, in its own ticks.
#[derive(Clone, Copy)]
struct Times {
    total: f64,
    busy: f64,
    ours: f64,
}

impl Watch {
    /// Begins to look.
    pub(crate) fn begin() -> Self {
        Self { begun: times(&[]) }
    }

    /// What others used since then, and how loaded the machine is. `ours` are programs that were
    /// started since the beginning and belong to the measurement.
    pub(crate) fn rows(&self, ours: &[u32]) -> Vec<Row> {
        let mut rows = Vec::new();
        if let (Some(begun), Some(now)) = (self.begun, times(ours)) {
            let total = (now.total - begun.total).max(1.0);
            let others = (now.busy - begun.busy) - (now.ours - begun.ours);
            rows.push(row("processors used by others", (others / total * 100.0).max(0.0), "%", None));
        }
        if let Some(load) = load() {
            rows.push(row("load average (1 minute)", load, "", processors()));
        }
        rows
    }
}

fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

fn processors() -> Option<f64> {
    std::thread::available_parallelism().ok().map(|n| n.get() as f64)
}

fn times(ours: &[u32]) -> Option<Times> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let ticks: Vec<f64> =
        text.lines().next()?.split_whitespace().skip(1).filter_map(|n| n.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal; guests are in user already.
    let total = ticks.iter().take(8).sum();
    let busy = total - ticks.get(3)? - ticks.get(4)?;
    let running = ours.iter().filter_map(|pid| of_process(&pid.to_string(), 2)).sum::<f64>();
    // Our own, with the children that have ended and were waited for.
    Some(Times { total, busy, ours: of_process("self", 4)? + running })
}

/// Processor time of a process: its own two fields, and with four those of its ended children.
fn of_process(pid: &str, fields: usize) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let rest = stat.rsplit_once(") ")?.1;
    Some(rest.split(' ').skip(11).take(fields).filter_map(|n| n.parse::<f64>().ok()).sum())
}

/// Processor time that a process has used, in milliseconds; the kernel counts it in hundredths of a second.
pub(crate) fn used_ms(pid: &str) -> f64 {
    of_process(pid, 2).map_or(0.0, |ticks| ticks * 10.0)
}

/// Memory of a process that is in use, in MiB.
pub(crate) fn resident_mib(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| kib / 1_024.0)
}

/// The median time of writing 4 KiB durably, in milliseconds.
pub(crate) fn fsync_ms(folder: &Path) -> Done<f64> {
    let path = folder.join("fsync.probe");
    let mut file = File::create(&path)?;
    let mut took = Vec::with_capacity(PROBES);
    for _ in 0..PROBES {
        file.rewind()?;
        file.write_all(&[0x5a; 4_096])?;
        let begun = Instant::now();
        file.sync_data()?;
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    fs::remove_file(path)?;
    Ok(median(&mut took))
}
