//! What lookups cost: `cargo run --release -p models --example lookup -- [service:action]…`

use std::time::{Duration, Instant};

use models::{Flavor, Pattern, find};

fn main() {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let calls: Vec<(&str, &str)> = match names.as_slice() {
        [] => DEFAULT.to_vec(),
        names => names.iter().filter_map(|it| it.split_once(':')).collect(),
    };
    for (service, name) in calls {
        for flavor in [Flavor::Optimized, Flavor::Sdk] {
            let (found, first) = timed(|| look(service, name, flavor));
            let (_, again) = timed(|| look(service, name, flavor));
            println!("{service}:{name} {flavor:?}: {found} members; first {first:?}, again {again:?}");
        }
    }
}

const DEFAULT: [(&str, &str); 6] = [
    ("dynamodb", "getItem"),
    ("dynamodb", "putItem"),
    ("s3", "putObject"),
    ("sqs", "sendMessage"),
    ("ec2", "runInstances"),
    ("nosuchservice", "x"),
];

fn look(service: &str, name: &str, flavor: Flavor) -> usize {
    let Some(action) = find(service, name, flavor) else { return 0 };
    action.iam(Pattern::Request);
    action.arguments().and_then(|it| it.record()).map_or(0, |it| it.members.len())
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}
