//! How values travel between services.

use super::{Form, LiteralType, Type, Types};

impl Types {
    /// Whether values of the type are surely objects or lists, which Step Functions serialises by itself where a service
    /// takes text.
    pub fn is_serialised(&self, ty: &Type) -> bool {
        match self.resolve(ty) {
            Type::Record(_)
            | Type::List(_)
            | Type::Dict(_)
            | Type::Error(_)
            | Type::Run(_)
            | Type::Never
            | Type::Unknown => true,
            Type::Union(members) => members.iter().all(|it| self.is_serialised(it)),
            Type::Null
            | Type::Boolean
            | Type::Int
            | Type::Number
            | Type::String
            | Type::Timestamp
            | Type::Duration
            | Type::Size
            | Type::Bytes
            | Type::Json
            | Type::Literal(_)
            | Type::Optional(_)
            | Type::Named(_)
            | Type::Token(_)
            | Type::Resource { .. } => false,
        }
    }

    /// Whether values of the type are surely texts.
    pub fn is_text(&self, ty: &Type) -> bool {
        match self.form(ty) {
            Form::Text | Form::Literal(LiteralType::String(_)) => true,
            Form::Union(members) => members.into_iter().all(|it| self.is_text(it)),
            _ => false,
        }
    }

    /// Whether the messages of a queue or a topic of this type are written as JSON text: they are neither text, which is
    /// sent as it is, nor what Step Functions serialises by itself.
    pub fn messages_are_written(&self, of: &Type) -> bool {
        !self.is_text(of) && !self.is_serialised(of)
    }
}
