//! `cargo run --release -p tests --bin agreement -- FROM TO`: runs random programs as naive and as packed machines, on
//! every core, and says how many agree, how many transitions packing saved, and which seeds differ.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tests::agreement::{Verdict, compare};

/// Differing seeds that are shown.
const SHOWN: usize = 20;

#[derive(Default)]
struct Totals {
    agreed: AtomicU64,
    naive: AtomicU64,
    packed: AtomicU64,
    refused: Mutex<Vec<(u64, String)>>,
    differing: Mutex<Vec<(u64, String)>>,
}

fn main() -> std::process::ExitCode {
    let mut numbers = std::env::args().skip(1).filter_map(|it| it.parse::<u64>().ok());
    let (Some(from), Some(to)) = (numbers.next(), numbers.next()) else {
        println!("usage: agreement FROM TO");
        return std::process::ExitCode::from(2);
    };
    let (next, totals) = (AtomicU64::new(from), Totals::default());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= to {
                        return;
                    }
                    totals.count(seed, compare(seed));
                }
            });
        }
    });
    totals.print()
}

impl Totals {
    fn count(&self, seed: u64, verdict: Verdict) {
        match verdict {
            Verdict::Agree { naive, packed } => {
                self.agreed.fetch_add(1, Ordering::Relaxed);
                self.naive.fetch_add(naive, Ordering::Relaxed);
                self.packed.fetch_add(packed, Ordering::Relaxed);
            }
            Verdict::Refused(errors) => {
                push(&self.refused, seed, errors.into_iter().next().unwrap_or_default());
            }
            Verdict::Differ(text) => push(&self.differing, seed, text),
        }
    }

    fn print(&self) -> std::process::ExitCode {
        let read = |it: &AtomicU64| it.load(Ordering::Relaxed);
        let (refused, differing) = (sorted(&self.refused), sorted(&self.differing));
        println!(
            "{} agree, {} refused, {} differ; transitions {} naive, {} packed",
            read(&self.agreed),
            refused.len(),
            differing.len(),
            read(&self.naive),
            read(&self.packed)
        );
        for (seed, why) in refused.iter().take(3) {
            println!("refused: {seed}: {why}");
        }
        let Some((seed, text)) = differing.first() else { return std::process::ExitCode::SUCCESS };
        let seeds: Vec<String> = differing.iter().take(SHOWN).map(|(seed, _)| seed.to_string()).collect();
        println!("differ: {}\n\nseed {seed}\n{text}", seeds.join(" "));
        std::process::ExitCode::from(1)
    }
}

fn push(into: &Mutex<Vec<(u64, String)>>, seed: u64, text: String) {
    if let Ok(mut all) = into.lock() {
        all.push((seed, text));
    }
}

fn sorted(all: &Mutex<Vec<(u64, String)>>) -> Vec<(u64, String)> {
    let mut all = all.lock().map(|all| all.clone()).unwrap_or_default();
    all.sort();
    all
}
