//! Where the streamed part of an output goes: `isobar aws s3api get-object … FILE`.

use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use isobar_catalogue::{Kind, Operation, Service};
use isobar_client::Opened;
use isobar_transfer::{Target, target};
use isobar_wire::Value;

use super::failure;
use crate::report::{Class, Error};
use crate::shell::{Shell, unwritable};

/// Where the streamed part of an output goes.
#[derive(Clone, Debug)]
pub(crate) struct Outfile {
    /// The member of the output.
    member: &'static str,
    /// The file; `-` is stdout.
    path: String,
}

/// Takes the operand that names the file, if the operation's output streams.
pub(crate) fn take(
    service: &'static Service,
    operation: &'static Operation,
    operands: &mut Vec<String>,
) -> Option<Outfile> {
    let member = streamed(service, operation)?;
    operands.pop().map(|path| Outfile { member, path })
}

/// The member of an operation's output that streams.
pub(crate) fn streamed(
    service: &'static Service,
    operation: &'static Operation,
) -> Option<&'static str> {
    let structure = service.structure(operation.output?)?;
    let payload = structure.payload.as_deref()?;
    let member = structure.members.iter().find(|member| member.name == payload)?;
    // As botocore has it: bytes that are a whole body stream, whether or not the model says so.
    let is_blob = matches!(service.shape(member.shape).kind, Kind::Blob { .. });
    is_blob.then_some(payload)
}

impl Outfile {
    pub(crate) fn is_stdout(&self) -> bool {
        self.path == "-"
    }

    /// Takes the streamed member out of an output and writes it.
    /// Writes what streams, and gives the rest of the output.
    pub(crate) async fn write(&self, shell: &Shell, opened: Opened) -> Result<Value, Error> {
        let Opened { answer, body, .. } = opened;
        let mut output = answer.output;
        let mut held = self.take(&mut output);
        let mut body = body;
        let mut partial = match self.is_stdout() {
            true => None,
            false => Some(Partial::create(Path::new(&self.path))?),
        };
        loop {
            let chunk = match (held.take(), &mut body) {
                (Some(bytes), _) => bytes,
                (None, Some(body)) => match body.chunk().await {
                    Some(chunk) => chunk.map_err(|error| failure::report(&error))?,
                    None => break,
                },
                (None, None) => break,
            };
            match &mut partial {
                Some(partial) => partial.file.write_all(&chunk).map_err(unwritable)?,
                None => shell.write(&chunk)?,
            }
        }
        if let Some(partial) = partial {
            partial.keep()?;
        }
        Ok(output)
    }

    /// Takes the member out of an output that was not streamed.
    fn take(&self, output: &mut Value) -> Option<Bytes> {
        let Value::Map(entries) = output else { return None };
        let at = entries.iter().position(|(name, _)| name == self.member)?;
        match entries.remove(at).1 {
            Value::Blob(bytes) => Some(bytes),
            Value::String(text) => Some(Bytes::from(text.into_owned())),
            _ => None,
        }
    }
}

/// A file that gets its name when it is whole, and goes away when it is not.
struct Partial {
    file: File,
    /// Where it lies until then; `None` where it was kept.
    path: Option<PathBuf>,
    to: PathBuf,
}

impl Partial {
    fn create(to: &Path) -> Result<Self, Error> {
        let cannot = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::StorageFull => unwritable(error),
            _ => unusable(to).source(error),
        };
        // Devices, pipes and descriptors are written as they are, and links are followed.
        let end = match target(to).map_err(|error| unusable(to).source(error))? {
            Target::Stream(file) => return Ok(Self { file, path: None, to: to.to_owned() }),
            Target::File(end) => end,
        };
        let Some(name) = end.file_name().map(|name| name.to_string_lossy().into_owned()) else {
            return Err(cannot(std::io::ErrorKind::IsADirectory.into()));
        };
        let path = end.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(cannot)?;
        let this = Self { file, path: Some(path), to: end };
        // What is replaced may be read by those who could read it before.
        if let Ok(before) = std::fs::metadata(&this.to) {
            let mode = before.permissions().mode() & 0o777;
            this.file.set_permissions(Permissions::from_mode(mode)).map_err(cannot)?;
        }
        Ok(this)
    }

    fn keep(mut self) -> Result<(), Error> {
        let Some(path) = self.path.clone() else { return Ok(()) };
        // What a full disk refuses may show itself only now.
        self.file.sync_data().map_err(unwritable)?;
        std::fs::rename(&path, &self.to).map_err(unwritable)?;
        self.path = None;
        Ok(())
    }
}

fn unusable(to: &Path) -> Error {
    let text = format!("{} cannot be written", to.display());
    Error::new(Class::Unwritable, "output_unwritable", text)
}

impl Drop for Partial {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            // Where not even this can be done there is nothing better to do.
            let _ = std::fs::remove_file(path);
        }
    }
}
