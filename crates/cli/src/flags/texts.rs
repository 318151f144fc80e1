//! What the flags of small commands say: texts, by the flags' names.

/// The texts. They may hold secrets.
#[derive(Default)]
pub(crate) struct Texts(Vec<(&'static str, String)>);

impl Texts {
    /// Keeps the value of a flag.
    pub(crate) fn keep(&mut self, name: &'static str, value: &str) -> Result<(), String> {
        self.0.push((name, value.to_owned()));
        Ok(())
    }

    /// The value of a flag.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(flag, _)| *flag == name).map(|(_, value)| value.as_str())
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
