//! DynamoDB items.
