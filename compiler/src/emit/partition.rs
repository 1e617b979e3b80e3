//! The ARNs of integrations in other partitions than `aws`: with the wrong one an execution fails with "The resource
//! belongs to a different partition from the running execution" (<https://github.com/aws/aws-cdk/issues/4597>).

use serde_json::{Map, Value};

use crate::output::Partition;

/// Deeper definitions than this are no work of ours.
const DEEPEST: usize = 64;

/// Puts the partition into the ARNs of a definition's integrations.
pub fn put(definition: &mut Value, partition: Partition) {
    if partition != Partition::Aws {
        machine(definition, partition.name(), 0);
    }
}

fn machine(machine: &mut Value, partition: &str, depth: usize) {
    let states = machine.get_mut("States").and_then(Value::as_object_mut);
    for state in states.into_iter().flat_map(Map::values_mut).filter(|_| depth < DEEPEST) {
        integration(state, partition);
        for part in ["ItemReader", "ResultWriter"] {
            if let Some(part) = state.get_mut(part) {
                integration(part, partition);
            }
        }
        if let Some(body) = state.get_mut("ItemProcessor") {
            self::machine(body, partition, depth + 1);
        }
        let branches = state.get_mut("Branches").and_then(Value::as_array_mut);
        for branch in branches.into_iter().flatten() {
            self::machine(branch, partition, depth + 1);
        }
    }
}

fn integration(fields: &mut Value, partition: &str) {
    let Some(Value::String(resource)) = fields.get_mut("Resource") else { return };
    if let Some(rest) = resource.strip_prefix("arn:aws:states:::") {
        *resource = format!("arn:{partition}:states:::{rest}");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_integration_and_nothing_else() {
        let task =
            |partition: &str| json!({ "Resource": format!("arn:{partition}:states:::sqs:sendMessage") });
        let of = |partition: &str| {
            let reader = json!({ "Resource": format!("arn:{partition}:states:::s3:getObject") });
            json!({ "States": {
                "send": { "Resource": task(partition)["Resource"], "Arguments": task("aws") },
                "act": { "Resource": "${packArn}" },
                "each": { "ItemReader": reader, "ItemProcessor": { "States": { "send": task(partition) } } },
                "both": { "Branches": [{ "States": { "send": task(partition) } }] },
            } })
        };
        let mut definition = of("aws");
        put(&mut definition, Partition::Aws);
        assert_eq!(definition, of("aws"));
        put(&mut definition, Partition::AwsCn);
        assert_eq!(definition, of("aws-cn"));
    }
}
