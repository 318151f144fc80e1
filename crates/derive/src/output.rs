//! How an output's types are written.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{
    Data, DeriveInput, Error, Field, Fields, GenericParam, Generics, Ident, Result, Token, Variant,
    parse_quote,
};

use crate::attributes::{OfField, OfType};
use crate::case::Case;

/// The implementation of `isobar_wire::Output` for a type.
pub(crate) fn derive(item: &DeriveInput, usual: Case) -> Result<TokenStream> {
    let of = OfType::read(&item.attrs, usual)?;
    let body = match &item.data {
        _ if of.text => quote!(to.display(self)),
        Data::Struct(data) => structure(&of, &item.ident, &data.fields)?,
        Data::Enum(data) => {
            let arms = data.variants.iter().map(|variant| arm(&of, variant));
            let arms = arms.collect::<Result<Vec<_>>>()?;
            quote!(match self { #(#arms)* })
        }
        Data::Union(_) => return Err(Error::new(item.ident.span(), "a union cannot be written")),
    };
    let name = &item.ident;
    let generics = bounded(&item.generics);
    let (parameters, arguments, conditions) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #parameters ::isobar_wire::Output for #name #arguments #conditions {
            fn write(
                &self,
                to: &mut dyn ::isobar_wire::output::Sink,
            ) -> ::core::result::Result<(), ::isobar_wire::value::Error> {
                #body
            }
        }
    })
}

fn bounded(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    for parameter in &mut generics.params {
        if let GenericParam::Type(parameter) = parameter {
            parameter.bounds.push(parse_quote!(::isobar_wire::Output));
        }
    }
    generics
}

fn structure(of: &OfType, name: &Ident, fields: &Fields) -> Result<TokenStream> {
    match fields {
        Fields::Named(fields) => {
            members(of, &fields.named, |field, at| quote_spanned!(at=> &self.#field))
        }
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            Ok(quote!(::isobar_wire::Output::write(&self.0, to)))
        }
        _ => {
            let why = "an output has fields with names, or is one field without";
            Err(Error::new(name.span(), why))
        }
    }
}

/// Writes the fields as members. `reference` is the expression of a field, to stand where the source has
/// the field's type: there the compiler tells what cannot be written.
fn members(
    of: &OfType,
    fields: &Punctuated<Field, Token![,]>,
    reference: impl Fn(&Ident, Span) -> TokenStream,
) -> Result<TokenStream> {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for field in fields {
        let own = OfField::read(&field.attrs)?;
        if own.skip.is_some() {
            continue;
        }
        let ident = field.ident.as_ref().expect("the fields have names");
        let value = reference(ident, field.ty.span());
        names.push(match own.flatten {
            Some(_) => quote!(::isobar_wire::output::FLATTENED),
            None => {
                let name = own.name(ident, |name| of.case.of_field(name));
                quote!(#name)
            }
        });
        values.push(match &own.unless {
            Some(unless) => quote!(match #unless(#value) {
                true => &::isobar_wire::output::Absent,
                false => #value,
            }),
            None => value,
        });
    }
    Ok(quote!(to.structure(&[#(#names),*], &[#(#values),*])))
}

fn arm(of: &OfType, variant: &Variant) -> Result<TokenStream> {
    let ident = &variant.ident;
    match &variant.fields {
        Fields::Unit => {
            let own = OfField::read(&variant.attrs)?;
            let word = own.name(ident, |name| of.case.of_variant(name));
            Ok(quote!(Self::#ident => to.text(#word),))
        }
        Fields::Named(fields) => {
            let members = members(of, &fields.named, |field, at| quote_spanned!(at=> #field))?;
            let idents = fields.named.iter().filter_map(|field| field.ident.as_ref());
            Ok(quote!(Self::#ident { #(#idents),* } => #members,))
        }
        Fields::Unnamed(_) => {
            let why = "a variant is a word, or has fields with names";
            Err(Error::new(ident.span(), why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_is_said_at_its_place() {
        let check = |text, expected: &str| {
            let item = syn::parse_str(text).unwrap();
            let said = derive(&item, Case::Pascal).unwrap_err().to_string();
            assert!(said.contains(expected), "{text}: {said}");
        };
        check("struct A { #[wire(skipped)] b: B }", "`skipped` is nothing that a field can say");
        check("struct A(B, C);", "or is one field without");
        check("enum A { B(C) }", "a variant is a word");
        check("union A { b: B }", "a union cannot be written");
    }
}
