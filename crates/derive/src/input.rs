//! How an input's types are read.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{
    Data, DeriveInput, Error, Fields, FieldsNamed, GenericParam, Generics, Index, Result,
    parse_quote,
};

use crate::attributes::{OfField, OfType};
use crate::case::Case;

/// The most members of a structure: which of them were read is kept in one number.
const MOST: usize = 128;

/// The implementation of `isobar_wire::Input` for a type.
pub(crate) fn derive(item: &DeriveInput, usual: Case) -> Result<TokenStream> {
    let of = OfType::read(&item.attrs, usual)?;
    let Data::Struct(data) = &item.data else {
        let why =
            "an input is a struct; what can be one of several is read by an `Input` of its own";
        return Err(Error::new(item.ident.span(), why));
    };
    let body = match &data.fields {
        _ if of.text => {
            let why = "text is read by an `Input` of its own; `text` is for outputs";
            return Err(Error::new(item.ident.span(), why));
        }
        Fields::Named(fields) => structure(&of, fields)?,
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => newtype(&fields.unnamed[0].ty),
        other => {
            let why = "an input has fields with names, or is one field without";
            let span = if other.is_empty() { item.ident.span() } else { other.span() };
            return Err(Error::new(span, why));
        }
    };
    let name = &item.ident;
    let generics = bounded(&item.generics);
    let (parameters, arguments, conditions) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #parameters ::isobar_wire::Input for #name #arguments #conditions {
            #body
        }
    })
}

fn bounded(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    for parameter in &mut generics.params {
        if let GenericParam::Type(parameter) = parameter {
            parameter.bounds.push(parse_quote!(::isobar_wire::Input));
        }
    }
    generics
}

fn newtype(inner: &syn::Type) -> TokenStream {
    quote! {
        fn blank() -> Self {
            Self(::isobar_wire::Input::blank())
        }

        fn may_be_absent() -> bool {
            <#inner as ::isobar_wire::Input>::may_be_absent()
        }

        fn read(
            value: ::isobar_wire::Value,
            place: &::isobar_wire::input::Place<'_>,
        ) -> ::core::result::Result<Self, ::isobar_wire::value::Error> {
            ::isobar_wire::Input::read(value, place).map(Self)
        }
    }
}

// The members are read into a tuple, out of which the struct is made: an assignment to the struct's own
// fields would count as their use, and hide from the compiler those that no handler looks at.
fn structure(of: &OfType, fields: &FieldsNamed) -> Result<TokenStream> {
    if fields.named.len() > MOST {
        return Err(Error::new(fields.span(), format!("an input has {MOST} members at most")));
    }
    let (mut names, mut aliases, mut defaults) = (Vec::new(), Vec::new(), 0_u128);
    let (mut idents, mut types, mut blanks) = (Vec::new(), Vec::new(), Vec::new());
    let (mut places, mut slots) = (Vec::new(), Vec::new());
    for (at, field) in fields.named.iter().enumerate() {
        let own = OfField::read(&field.attrs)?;
        if let Some(span) = own.flatten.or(own.skip) {
            return Err(hidden(span));
        }
        let ident = field.ident.as_ref().expect("the fields have names");
        names.push(own.name(ident, |name| of.case.of_field(name)));
        aliases.extend(own.aliases.iter().map(|alias| quote!((#alias, #at))));
        // What cannot be read is told at the field's type.
        let (kind, place) = (&field.ty, Index::from(at));
        blanks.push(if own.default {
            defaults |= 1 << at;
            quote_spanned!(kind.span()=> <#kind as ::core::default::Default>::default())
        } else {
            quote_spanned!(kind.span()=> <#kind as ::isobar_wire::Input>::blank())
        });
        slots.push(quote_spanned!(kind.span()=> &mut fields.#place));
        idents.push(ident);
        types.push(kind);
        places.push(place);
    }
    Ok(quote! {
        fn blank() -> Self {
            Self { #(#idents: #blanks),* }
        }

        fn read(
            value: ::isobar_wire::Value,
            place: &::isobar_wire::input::Place<'_>,
        ) -> ::core::result::Result<Self, ::isobar_wire::value::Error> {
            static MEMBERS: ::isobar_wire::input::Members = ::isobar_wire::input::Members {
                names: &[#(#names),*],
                aliases: &[#(#aliases),*],
                defaults: #defaults,
            };
            let mut fields: (#(#types,)*) = (#(#blanks,)*);
            MEMBERS.read(value, place, &mut [#(#slots),*])?;
            ::core::result::Result::Ok(Self { #(#idents: fields.#places),* })
        }
    })
}

fn hidden(span: Span) -> Error {
    let why = "an input's field is one member: what is flattened or skipped would hide what nobody \
               reads. `Both` reads the members of two types";
    Error::new(span, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let item = syn::parse_str(text).unwrap();
        derive(&item, Case::Pascal).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_read_is_said_at_its_place() {
        let check = |text, expected: &str| {
            let said = refusal(text);
            assert!(said.contains(expected), "{text}: {said}");
        };
        check("struct A { #[wire(flatten)] b: B }", "would hide what nobody reads");
        check(
            "struct A { #[wire(rename = \"X\")] b: B }",
            "`rename` is nothing that a field can say",
        );
        check("#[wire(name = \"X\")] struct A { b: B }", "`name` is nothing that a type can say");
        check("#[wire(case = \"Upper\")] struct A { b: B }", "there is no such spelling");
        check("struct A(B, C);", "or is one field without");
        check("struct A;", "an input has fields with names");
        check("enum A { B, C }", "an input is a struct");
    }
}
