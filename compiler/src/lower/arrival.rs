//! The workflow's parameter. What a pipe starts finds its payload in a list of one (A10), perhaps in a record, and what a table's stream
//! says in DynamoDB's form; whoever else starts it hands over the plain payload.

use super::{Lower, Place};
use crate::machine::{Context, Expr, Func, Member, Op};
use crate::typed::delivery::{Image, WRAPPED};
use crate::typed::{LocalId, WorkflowId};
use crate::types::Type;

impl Lower<'_> {
    pub(super) fn parameter(&mut self, id: WorkflowId, param: LocalId) {
        let input = Expr::Context(Context::ExecutionInput);
        let delivery = self.program.delivery(id);
        if !delivery.listed {
            self.env.insert(param, Place::Alias(input));
            return;
        }
        let mut sent = input.clone().index(Expr::number(0));
        if delivery.wrapped {
            sent = sent.maybe(WRAPPED);
        }
        let payload = self.plain(sent, &delivery.images, 0);
        let of = self.program.locals.get(param.index()).map_or(&Type::Unknown, |it| &it.ty);
        let value = if matches!(self.program.types.resolve(of), Type::List(_)) {
            payload
        } else {
            let kind = Expr::call(Func::TypeOf, vec![input.clone()]);
            let listed = Expr::Binary(Op::Eq, Box::new(kind), Box::new(Expr::text("array")));
            Expr::choose(listed, payload, input)
        };
        let var = self.declare(param);
        self.set(var, value);
    }

    /// The payload with what came in DynamoDB's form turned back; `depth` steps of the images' paths lead here.
    fn plain(&mut self, sent: Expr, images: &[Image], depth: usize) -> Expr {
        if let Some(image) = images.iter().find(|it| it.path.len() == depth) {
            return self.image(image, sent);
        }
        let mut names: Vec<_> = images.iter().filter_map(|it| it.path.get(depth).cloned()).collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            return sent;
        }
        let mut members = vec![Member::Spread(sent.clone())];
        for name in names {
            let inside: Vec<Image> =
                images.iter().filter(|it| it.path.get(depth) == Some(&name)).cloned().collect();
            let value = self.plain(sent.clone().maybe(&name), &inside, depth + 1);
            members.push(Member::Set(name, value));
        }
        Expr::Record(members)
    }

    fn image(&mut self, image: &Image, sent: Expr) -> Expr {
        if !image.mixed {
            return self.unmarshalled(image, sent);
        }
        let kind = Expr::call(Func::TypeOf, vec![sent.clone()]);
        let plain = self.unmarshalled(image, sent.clone());
        Expr::choose(Expr::binary(Op::Eq, kind, Expr::text("object")), plain, sent)
    }

    fn unmarshalled(&mut self, image: &Image, sent: Expr) -> Expr {
        if !image.item {
            return self.unmarshal(&image.ty, sent);
        }
        let ty = match self.program.types.resolve(&image.ty) {
            Type::Optional(inner) => self.program.types.resolve(inner).clone(),
            other => other.clone(),
        };
        let Type::Record(record) = ty else { return sent };
        let value = self.unmarshal_fields(&record, &sent);
        Expr::choose(sent.not_null(), value, Expr::Null)
    }
}
