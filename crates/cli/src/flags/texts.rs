//! What the flags of small commands say: texts, by the flags' names.

use super::{Parsed, Table};
use crate::report::Error;
use crate::shell::Shell;

/// The texts. They may hold secrets.
#[derive(Default)]
pub(crate) struct Texts(Vec<(&'static str, String)>);

impl Texts {
    /// Keeps the value of a flag.
    pub(crate) fn keep(&mut self, name: &'static str, value: &str) -> Result<(), String> {
        self.0.push((name, value.to_owned()));
        Ok(())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(flag, _)| *flag == name).map(|(_, value)| value.as_str())
    }
}

/// The arguments of such a command.
pub(crate) type Given = Parsed<Texts>;

impl Given {
    /// The value of a flag.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.options.get(name)
    }
}

impl Table<Texts, &'static [()]> {
    /// Takes the arguments apart. Where they ask for help, it is printed, and there is nothing else to do.
    pub(crate) fn read(
        &self,
        shell: &Shell,
        (about, usage): (&str, &str),
        arguments: Vec<String>,
    ) -> Result<Option<Given>, Error> {
        let given = self.parse((), arguments).map_err(|wrong| wrong.error(usage))?;
        if given.is_none() {
            shell.print(&self.help((), about, usage))?;
        }
        Ok(given)
    }
}

/// A [`Table`](super::Table) of flags that each keep a text: `"name" = VALUE, "help";`.
macro_rules! texts {
    ($($name:literal = $value:tt, $help:expr;)*) => {
        $crate::flags::Table::<$crate::flags::Texts, &'static [()]> {
            rows: $crate::flags! {
                $($name = $value, &[], $help, |texts, value| texts.keep($name, value);)*
                "help" | "h", &[], "show this", |_, _| Ok(());
            },
            has_dashed_words: true,
            last_counts: false,
        }
    };
}
pub(crate) use texts;
