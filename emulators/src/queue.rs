//! A queue in memory: messages are hidden while somebody has them, and a FIFO queue takes a message once in five minutes
//! (API Reference, "SendMessage", "ReceiveMessage").

use interpreter::clock::Millis;
use jsonata::Value;

use crate::shape::record;

/// How long a deduplication id counts.
const ONCE: Millis = 300_000;
/// How long a received message is hidden where nothing is said.
const HIDDEN: i64 = 30;

/// What a queue took in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    messages: Vec<Message>,
    /// Ids of messages, and when they came.
    seen: Vec<(String, Millis, Value)>,
    received: u64,
}

#[derive(Clone, Debug)]
struct Message {
    id: Value,
    body: String,
    visible: Millis,
    /// Of the latest receipt.
    handle: String,
    deleted: bool,
}

impl Queue {
    /// Takes a message; gives its id, and whether it is a new one.
    pub(crate) fn send(&mut self, arguments: &Value, id: Value, now: Millis, fifo: bool) -> (Value, bool) {
        let body = match arguments.get("MessageBody") {
            Some(Value::String(text)) => text.to_string(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let named = arguments.get("MessageDeduplicationId").and_then(Value::as_str).map(str::to_owned);
        // Queues of this library's deduplicate by content where no id is given.
        let key = named.unwrap_or_else(|| body.clone());
        self.seen.retain(|(_, at, _)| now - at < ONCE);
        if fifo && let Some((_, _, known)) = self.seen.iter().find(|(it, _, _)| *it == key) {
            return (known.clone(), false);
        }
        self.seen.push((key, now, id.clone()));
        let delay = arguments.get("DelaySeconds").and_then(Value::as_i64).unwrap_or(0);
        let visible = now.saturating_add(delay.saturating_mul(1000));
        let handle = String::new();
        self.messages.push(Message { id: id.clone(), body, visible, handle, deleted: false });
        (id, true)
    }

    pub(crate) fn receive(&mut self, arguments: &Value, now: Millis) -> Value {
        let number = |name: &str| arguments.get(name).and_then(Value::as_i64);
        let limit = usize::try_from(number("MaxNumberOfMessages").unwrap_or(1)).unwrap_or(1);
        let hidden = number("VisibilityTimeout").unwrap_or(HIDDEN).saturating_mul(1000);
        let mut found = Vec::new();
        for message in self.messages.iter_mut().filter(|it| !it.deleted && it.visible <= now).take(limit) {
            self.received += 1;
            message.visible = now.saturating_add(hidden);
            message.handle = format!("receipt-{}", self.received);
            found.push(record([
                ("Body", Value::from(message.body.as_str())),
                ("MessageId", message.id.clone()),
                ("ReceiptHandle", Value::from(message.handle.as_str())),
            ]));
        }
        // Without messages there is no such member.
        if found.is_empty() { record([]) } else { record([("Messages", Value::array(found))]) }
    }

    pub(crate) fn delete(&mut self, arguments: &Value) -> Value {
        let handle = arguments.get("ReceiptHandle").and_then(Value::as_str).unwrap_or_default();
        for message in self.messages.iter_mut().filter(|it| !handle.is_empty() && it.handle == handle) {
            message.deleted = true;
        }
        record([])
    }

    pub(crate) fn purge(&mut self) -> Value {
        self.messages.clear();
        record([])
    }
}
