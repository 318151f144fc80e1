//! The commands, and in whose words they are given.

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// `cp`
    Copy,
    /// `mv`
    Move,
    /// `sync`
    Sync,
    /// `ls`
    List,
    /// `rm`
    Remove,
    /// `mb`
    MakeBucket,
    /// `rb`
    RemoveBucket,
    /// `presign`
    Presign,
    /// `website`
    Website,
}

/// In whose words a command is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Words {
    /// `isobar cp`
    #[default]
    Own,
    /// `isobar aws s3 cp`: what aws-cli does by itself is done, and it says so as aws-cli does.
    Aws,
    /// `isobar alibaba oss cp`
    Alibaba,
}

/// A command's row: how it is called, and what it says of itself.
pub(super) struct Row {
    pub(super) verb: Verb,
    pub(super) name: &'static str,
    /// What stands behind its name.
    pub(super) places: &'static str,
    pub(super) about: &'static str,
    /// How many places there are.
    pub(super) count: usize,
}

const fn row(
    verb: Verb,
    name: &'static str,
    places: &'static str,
    count: usize,
    about: &'static str,
) -> Row {
    Row { verb, name, places, about, count }
}

const ROWS: [Row; 9] = [
    row(
        Verb::Copy,
        "cp",
        "FROM TO",
        2,
        "Copy files and objects. Each is a path, `-`, or s3://, spaces:// or oss://BUCKET/KEY.",
    ),
    row(
        Verb::Move,
        "mv",
        "FROM TO",
        2,
        "Copy files and objects, and remove each where it was once it has arrived.",
    ),
    row(
        Verb::Sync,
        "sync",
        "FROM TO",
        2,
        "Copy what differs between a folder and a prefix, or between two prefixes.",
    ),
    row(
        Verb::List,
        "ls",
        "s3://[BUCKET[/PREFIX]]",
        1,
        "List objects, or the buckets, with times in UTC.",
    ),
    row(Verb::Remove, "rm", "s3://BUCKET/KEY", 1, "Remove objects, or uploads that never ended."),
    row(Verb::MakeBucket, "mb", "s3://BUCKET", 1, "Make a bucket."),
    row(Verb::RemoveBucket, "rb", "s3://BUCKET", 1, "Remove a bucket that is empty."),
    row(
        Verb::Presign,
        "presign",
        "s3://BUCKET/KEY",
        1,
        "Print a URL with which anybody may read the object, or write it, for a time.",
    ),
    row(Verb::Website, "website", "s3://BUCKET", 1, "Show a bucket as a site."),
];

impl Verb {
    /// All of them, in the order of the help.
    pub(crate) const ALL: [Self; 9] = [
        Self::Copy,
        Self::Move,
        Self::Sync,
        Self::List,
        Self::Remove,
        Self::MakeBucket,
        Self::RemoveBucket,
        Self::Presign,
        Self::Website,
    ];

    pub(super) fn row(self) -> &'static Row {
        ROWS.iter().find(|row| row.verb == self).expect("every command has its row")
    }

    /// The command of a name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.verb)
    }
}

impl Words {
    /// What stands before a command's name.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Own => "isobar",
            Self::Aws => "isobar aws s3",
            Self::Alibaba => "isobar alibaba oss",
        }
    }

    /// The scheme of places that name none.
    pub(super) fn scheme(self) -> Option<&'static str> {
        match self {
            Self::Own => None,
            Self::Aws => Some("s3"),
            Self::Alibaba => Some("oss"),
        }
    }

    /// The command as it is called.
    pub(super) fn command(self, verb: Verb) -> String {
        format!("{} {}", self.prefix(), verb.row().name)
    }
}
