//! Resources, APIs and triggers as far as other bodies ask for them.

use std::sync::Arc;

use indexmap::IndexMap;

use super::declare::{arc, docs};
use super::{Body, Ctx, Home};
use crate::syntax::ast::ItemKind;
use crate::typed::ResourceId;
use crate::typed::resource::{Resource, Signature};
use crate::types::Type;

pub(super) fn declare(ctx: &mut Ctx<'_>) {
    for at in &ctx.resolved.resources {
        let Some(item) = ctx.item(*at) else { continue };
        let mut resource = Resource {
            name: "".into(),
            kind: None,
            cfn_type: None,
            docs: docs(item),
            attributes: Vec::new(),
            signature: None,
            of: None,
            settings: IndexMap::new(),
            existing: None,
            cfn: None,
            uses: Vec::new(),
            name_span: item.span,
            span: item.span,
        };
        if let ItemKind::Resource(decl) = &item.kind {
            resource.name = arc(&decl.name);
            resource.kind = Some(arc(&decl.kind));
            resource.name_span = decl.name.span;
            let (signature, of) = ctx
                .in_body(Body::new(at.file, Home::Setting), |ctx| {
                    let signature = matches!(decl.kind.text.as_str(), "function" | "container" | "activity")
                        .then(|| {
                            let param = ctx
                                .payload(&decl.signature, &decl.kind.text)
                                .map(|(name, ty)| (arc(&name), ty));
                            let result =
                                decl.signature.result.as_ref().map_or(Type::Null, |it| ctx.type_expr(it));
                            let throws = ctx.throws(&decl.signature);
                            Signature { param, result, throws }
                        });
                    (signature, decl.of.as_ref().map(|it| ctx.type_expr(it)))
                })
                .0;
            resource.signature = signature;
            resource.of = of;
        }
        ctx.program.resources.push(resource);
    }
}

pub(super) fn bodies(_ctx: &mut Ctx<'_>) {}

impl Ctx<'_> {
    pub(crate) fn is_kind(&self, name: &str) -> bool {
        matches!(name, "queue" | "table" | "topic" | "bucket" | "bus" | "function")
    }

    pub(crate) fn kind_names(&self) -> Vec<Arc<str>> {
        self.program.kinds.kinds.keys().cloned().collect()
    }

    pub(crate) fn resource_type(&self, id: ResourceId) -> Type {
        let Some(resource) = self.program.resources.get(id.index()) else { return Type::Unknown };
        match &resource.kind {
            Some(kind) => Type::Resource { kind: kind.clone(), of: resource.of.clone().map(Arc::new) },
            None => Type::Unknown,
        }
    }
}
