//! What the attributes of types and fields say.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;
use syn::{Attribute, Error, Ident, LitStr, Path, Result};

use crate::case::{CASES, Case};

/// What a type says of itself.
#[derive(Debug)]
pub(crate) struct OfType {
    /// How its members are spelt.
    pub(crate) case: Case,
    /// Where it says that it is written as text.
    pub(crate) text: bool,
}

/// What a field or variant says of itself.
#[derive(Default)]
pub(crate) struct OfField {
    name: Option<LitStr>,
    /// Further names that are read.
    pub(crate) aliases: Vec<LitStr>,
    /// Whether the type's default stands for an absent member.
    pub(crate) default: bool,
    /// Where it says that its members belong to the structure around it.
    pub(crate) flatten: Option<Span>,
    /// Where it says that it is not written.
    pub(crate) skip: Option<Span>,
    /// The function that says whether it is left out.
    pub(crate) unless: Option<Path>,
}

impl OfType {
    /// Reads a type's attributes; without one the spelling is the derive's.
    pub(crate) fn read(attributes: &[Attribute], usual: Case) -> Result<Self> {
        let mut of = Self { case: usual, text: false };
        each(attributes, |meta, key| {
            match key {
                "case" => of.case = case(&meta)?,
                "text" => of.text = true,
                _ => return Err(unknown(&meta, key, "a type", "case or text")),
            }
            Ok(())
        })?;
        Ok(of)
    }
}

impl OfField {
    /// Reads a field's or variant's attributes.
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut of = Self::default();
        each(attributes, |meta, key| {
            match key {
                "name" => of.name = Some(text(&meta)?),
                "alias" => of.aliases.push(text(&meta)?),
                "default" => of.default = true,
                "flatten" => of.flatten = Some(meta.path.span()),
                "skip" => of.skip = Some(meta.path.span()),
                "unless" => of.unless = Some(text(&meta)?.parse()?),
                _ => {
                    let known = "alias, default, flatten, name, skip or unless";
                    return Err(unknown(&meta, key, "a field", known));
                }
            }
            Ok(())
        })?;
        Ok(of)
    }

    /// The member's name: the one it says, or the field's own in the spelling.
    pub(crate) fn name(&self, own: &Ident, spell: impl FnOnce(&str) -> String) -> String {
        match &self.name {
            Some(name) => name.value(),
            None => spell(&own.unraw().to_string()),
        }
    }
}

fn each(
    attributes: &[Attribute],
    mut take: impl FnMut(ParseNestedMeta<'_>, &str) -> Result<()>,
) -> Result<()> {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("wire")) {
        attribute.parse_nested_meta(|meta| {
            let key = meta.path.to_token_stream().to_string();
            take(meta, &key)
        })?;
    }
    Ok(())
}

fn text(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    meta.value()?.parse()
}

fn case(meta: &ParseNestedMeta<'_>) -> Result<Case> {
    let text = text(meta)?;
    let known = CASES.iter().find(|(name, _)| *name == text.value());
    known.map(|(_, case)| *case).ok_or_else(|| {
        let names = CASES.map(|(name, _)| name).join(", ");
        Error::new(text.span(), format!("there is no such spelling; there are {names}"))
    })
}

fn unknown(meta: &ParseNestedMeta<'_>, key: &str, of: &str, known: &str) -> Error {
    meta.error(format!("`{key}` is nothing that {of} can say; it can say {known}"))
}
