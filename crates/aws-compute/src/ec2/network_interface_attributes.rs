//! Attributes of network interfaces, one at a time.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, Record as _, Tables, command};
use isobar_wire::Input;

use super::ids::{GROUP, INTERFACE};
use super::records::{self, FreeInterface, Group, Instance, Interface};
use super::{Command, Flag, Text, errors};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] =
    &[command!(modify_network_interface_attribute, on "network-interface/{NetworkInterfaceId}")];

#[derive(Debug, Input)]
struct ModifyNetworkInterfaceAttribute {
    network_interface_id: String,
    description: Option<Text>,
    source_dest_check: Option<Flag>,
    groups: Option<Vec<String>>,
    attachment: Option<AttachmentChange>,
}

#[derive(Debug, Input)]
struct AttachmentChange {
    attachment_id: Option<String>,
    delete_on_termination: Option<bool>,
}

/// One change of an interface.
enum Change {
    Description(String),
    SourceDestCheck(bool),
    Groups(Vec<String>),
    /// Of the attachment with the id: whether the interface goes with its instance.
    DeleteOnTermination(String, bool),
}

impl Change {
    fn apply(
        self,
        interface: &mut Interface,
        source_dest_check: &mut bool,
        group_ids: &mut Vec<String>,
    ) {
        match self {
            Self::Description(text) => interface.description = text,
            Self::SourceDestCheck(value) => *source_dest_check = value,
            Self::Groups(ids) => *group_ids = ids,
            Self::DeleteOnTermination(_, value) => interface.delete_on_termination = value,
        }
    }
}

impl ModifyNetworkInterfaceAttribute {
    fn change(self) -> Result<Change, Fault> {
        let mut changes = Vec::new();
        changes.extend(self.description.and_then(|text| text.value).map(Change::Description));
        let check = self.source_dest_check.and_then(|flag| flag.value);
        changes.extend(check.map(Change::SourceDestCheck));
        changes.extend(self.groups.filter(|groups| !groups.is_empty()).map(Change::Groups));
        if let Some(attachment) = self.attachment {
            let id = attachment.attachment_id;
            let id = id.ok_or_else(|| errors::MISSING.with(&[&"attachmentId"]))?;
            let goes = attachment.delete_on_termination;
            changes.extend(goes.map(|goes| Change::DeleteOnTermination(id, goes)));
        }
        match changes.len() {
            0 => Err(errors::NO_ATTRIBUTE.fault()),
            1 => Ok(changes.remove(0)),
            _ => Err(errors::ONE_ATTRIBUTE.fault()),
        }
    }
}

fn modify_network_interface_attribute(
    cx: &mut Command<'_, '_>,
    input: ModifyNetworkInterfaceAttribute,
) -> Result<Empty, Fault> {
    let (id, scope) = (input.network_interface_id.clone(), cx.scope());
    INTERFACE.check(&id)?;
    let change = input.change()?;
    if let Some(row) = cx.store.get::<FreeInterface>(&format!("{scope}{id}")).cloned() {
        check(cx.store, &scope, &row.vpc_id, None, &change)?;
        cx.store.modify::<FreeInterface>(&row.key(), |row| {
            change.apply(&mut row.interface, &mut row.source_dest_check, &mut row.group_ids);
        });
        return Ok(Empty {});
    }
    let row = records::holder(cx.store, &scope, &id).ok_or_else(|| INTERFACE.missing(&id))?;
    check(cx.store, &scope, &row.vpc_id, Some(&row.interface.attachment_id), &change)?;
    let key = row.key();
    cx.store.modify::<Instance>(&key, |row| {
        change.apply(&mut row.interface, &mut row.source_dest_check, &mut row.group_ids);
    });
    Ok(Empty {})
}

/// Refuses values that the attribute cannot have.
fn check(
    store: &Tables,
    scope: &str,
    vpc_id: &str,
    attachment_id: Option<&str>,
    change: &Change,
) -> Result<(), Fault> {
    match change {
        Change::Groups(ids) => {
            GROUP.check_all(ids)?;
            for id in ids {
                if records::find::<Group>(store, scope, &GROUP, id)?.vpc_id != vpc_id {
                    return Err(errors::RULE_NETWORKS.fault());
                }
            }
            Ok(())
        }
        Change::DeleteOnTermination(id, _) if attachment_id != Some(id) => {
            Err(errors::ATTACHMENT_MISSING.with(&[id]))
        }
        _ => Ok(()),
    }
}
