//! `isobar man [WORD...]`: manual pages, on stdout or as files.

use std::fs;
use std::path::Path;

use isobar_catalogue::Cloud;
use isobar_cli::flags::WIDTH;
use isobar_cli::man::{page, roff};
use isobar_cli::report::Error;
use isobar_cli::shell::Shell;

use crate::cli::{self, Options};
use crate::output;
use crate::output::say;

/// Prints a page, or writes those of all commands, clouds and services.
pub(crate) fn run(arguments: &Options) -> Result<(), Error> {
    isobar_cli::updated::prefer(&Shell::system());
    match &arguments.install {
        Some(folder) => install(folder),
        None => output::print(one(&arguments.words)?.1.trim_end()),
    }
}

/// The name and the text of a page.
fn one(words: &[String]) -> Result<(String, String), Error> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let named = |help: String| {
        let name = ["isobar"].iter().chain(&words).copied().collect::<Vec<_>>().join("-");
        (name.clone(), roff(&name, &help))
    };
    if let Some(help) = isobar_cli::help_of(&words) {
        return Ok(named(help));
    }
    if let Some((first, rest)) = words.split_first()
        && let Some(cloud) = cloud(first)
    {
        return page(cloud, rest);
    }
    let words = words.join(" ");
    if cli::names(&words).is_empty() && cli::find(&words).is_none() {
        return Err(cli::unknown(&words));
    }
    Ok(named(cli::help(&words, WIDTH)))
}

fn cloud(word: &str) -> Option<Cloud> {
    let command = isobar_cli::find(word)?;
    Cloud::ALL
        .into_iter()
        .find(|cloud| command.name == cloud.name() || command.aliases.contains(&cloud.name()))
}

/// Writes the pages into `FOLDER/man1`, where man(1) looks for them.
fn install(folder: &Path) -> Result<(), Error> {
    let folder = folder.join("man1");
    let unwritable = |error| {
        Error::failed("output", format!("{} cannot be written", folder.display())).source(error)
    };
    fs::create_dir_all(&folder).map_err(unwritable)?;
    let mut pages = vec![one(&[])?];
    for (name, _) in cli::names("") {
        pages.push(one(&[name.to_owned()])?);
    }
    for cloud in Cloud::ALL {
        let mut names: Vec<_> =
            isobar_catalogue::services(cloud).iter().map(|entry| entry.name).collect();
        names.dedup();
        for name in names {
            pages.push(page(cloud, &[name])?);
        }
    }
    for (name, text) in &pages {
        fs::write(folder.join(format!("{name}.1")), text).map_err(unwritable)?;
    }
    say!("{} pages are in {}", pages.len(), folder.display());
    Ok(())
}
