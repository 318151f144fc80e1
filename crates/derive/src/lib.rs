//! The derives of `isobar_wire::Input` and `isobar_wire::Output`, for the types that handlers take and
//! give. What is made for a type is a table of its members' names and one call of a function that all
//! types share, so that a type costs little more than its list of fields.
//!
//! A field is the member of its name in the vendor's spelling: PascalCase with [`Input`] and [`Output`],
//! as it stands with [`SnakeInput`] and [`SnakeOutput`]. A struct of one field without a name is its
//! field. An enum's variants are words in the same spelling; a variant with named fields is written as
//! a structure of them. What is otherwise is said with `wire`:
//!
//! | on | attribute | means |
//! |---|---|---|
//! | a type | `case = "camelCase"` | another spelling: `PascalCase`, `camelCase`, `snake_case`, `lowercase` |
//! | a type | `text` | it is written as its `Display` says |
//! | a field or variant | `name = "DNSName"` | the member's name |
//! | a field of an input | `alias = "Destinations"` | another name that is read too |
//! | a field of an input | `default` | the type's `Default`, where the member is absent |
//! | a field of an output | `flatten` | its members are members of this structure |
//! | a field of an output | `skip` | it is not written |
//! | a field of an output | `unless = "Vec::is_empty"` | not even null is written where the function holds |

mod attributes;
mod case;
mod input;
mod output;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use case::Case;

/// Reads a handler's input, whose members are in PascalCase.
#[proc_macro_derive(Input, attributes(wire))]
pub fn input(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    input::derive(&item, Case::Pascal).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Reads a handler's input, whose members are in snake_case.
#[proc_macro_derive(SnakeInput, attributes(wire))]
pub fn snake_input(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    input::derive(&item, Case::Snake).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Writes a handler's output, whose members are in PascalCase.
#[proc_macro_derive(Output, attributes(wire))]
pub fn output(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    output::derive(&item, Case::Pascal).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Writes a handler's output, whose members are in snake_case.
#[proc_macro_derive(SnakeOutput, attributes(wire))]
pub fn snake_output(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    output::derive(&item, Case::Snake).unwrap_or_else(|error| error.to_compile_error()).into()
}
