//! The regions and their zones.

use isobar_kernel::{Fault, Row};

/// A region.
#[derive(Debug)]
pub struct Region {
    /// Its id.
    pub id: &'static str,
    /// What ids of its resources begin with, behind their prefix.
    pub infix: &'static str,
    /// Its name in the three languages.
    names: [&'static str; 3],
    /// Its city's name in the three languages; zones are named after it.
    cities: [&'static str; 3],
    /// The letters of its zones.
    zones: &'static str,
}

/// The languages in which places are named. Chinese is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `zh-CN`
    Chinese,
    /// `en-US`
    English,
    /// `ja`
    Japanese,
}

const UNKNOWN_LANGUAGE: Row = Row::new(
    404,
    "InvalidAcceptLanguage.NotFound",
    "Only Chinese (zh-CN), English (en-US), and Japanese (ja) are allowed.",
);

/// The language that a call asks for.
pub fn language(accept: Option<&str>) -> Result<Language, Fault> {
    let accept = accept.unwrap_or_default().to_ascii_lowercase();
    match accept.split(['-', '_']).next().unwrap_or_default() {
        "" | "zh" => Ok(Language::Chinese),
        "en" => Ok(Language::English),
        "ja" => Ok(Language::Japanese),
        _ => Err(UNKNOWN_LANGUAGE.fault()),
    }
}

/// The region of an id.
pub fn find(id: &str) -> Option<&'static Region> {
    REGIONS.iter().find(|region| region.id == id)
}

/// The region of a call, which was looked up when the call was admitted.
pub fn of_call(id: &str) -> &'static Region {
    find(id).expect("calls for unknown regions are not admitted")
}

impl Region {
    /// Its name.
    pub const fn name(&self, language: Language) -> &'static str {
        self.names[language as usize]
    }

    /// The ids of its zones.
    pub fn zones(&self) -> impl Iterator<Item = String> {
        self.zones.chars().map(|letter| format!("{}-{letter}", self.id))
    }

    /// Whether it has the zone.
    pub fn has_zone(&self, zone: &str) -> bool {
        self.zones().any(|id| id == zone)
    }

    /// The zone where things are put if nobody says where.
    pub fn default_zone(&self) -> String {
        self.zones().last().expect("every region has a zone")
    }

    /// A zone's name.
    pub fn zone_name(&self, zone: &str, language: Language) -> String {
        let letter = zone.rsplit('-').next().unwrap_or_default().to_ascii_uppercase();
        let city = self.cities[language as usize];
        match language {
            Language::Chinese => format!("{city} 可用区{letter}"),
            Language::English => format!("{city} Zone {letter}"),
            Language::Japanese => format!("{city} ゾーン{letter}"),
        }
    }
}

/// The regions.
pub const REGIONS: &[Region] = &[
    Region {
        id: "cn-hangzhou",
        infix: "bp1",
        names: ["华东1（杭州）", "China (Hangzhou)", "中国 (杭州)"],
        cities: ["杭州", "Hangzhou", "杭州"],
        zones: "bdefghijk",
    },
    Region {
        id: "cn-shanghai",
        infix: "uf6",
        names: ["华东2（上海）", "China (Shanghai)", "中国 (上海)"],
        cities: ["上海", "Shanghai", "上海"],
        zones: "abefglmn",
    },
    Region {
        id: "cn-qingdao",
        infix: "m5e",
        names: ["华北1（青岛）", "China (Qingdao)", "中国 (青岛)"],
        cities: ["青岛", "Qingdao", "青岛"],
        zones: "bc",
    },
    Region {
        id: "cn-beijing",
        infix: "2ze",
        names: ["华北2（北京）", "China (Beijing)", "中国 (北京)"],
        cities: ["北京", "Beijing", "北京"],
        zones: "acefghijkl",
    },
    Region {
        id: "cn-zhangjiakou",
        infix: "8vb",
        names: ["华北3（张家口）", "China (Zhangjiakou)", "中国 (張家口)"],
        cities: ["张家口", "Zhangjiakou", "張家口"],
        zones: "abc",
    },
    Region {
        id: "cn-huhehaote",
        infix: "hp3",
        names: ["华北5（呼和浩特）", "China (Hohhot)", "中国 (フフホト)"],
        cities: ["呼和浩特", "Hohhot", "フフホト"],
        zones: "ab",
    },
    Region {
        id: "cn-wulanchabu",
        infix: "0jl",
        names: ["华北6（乌兰察布）", "China (Ulanqab)", "中国 (ウランチャブ)"],
        cities: ["乌兰察布", "Ulanqab", "ウランチャブ"],
        zones: "abc",
    },
    Region {
        id: "cn-shenzhen",
        infix: "wz9",
        names: ["华南1（深圳）", "China (Shenzhen)", "中国 (深圳)"],
        cities: ["深圳", "Shenzhen", "深圳"],
        zones: "acdef",
    },
    Region {
        id: "cn-heyuan",
        infix: "f8z",
        names: ["华南2（河源）", "China (Heyuan)", "中国 (河源)"],
        cities: ["河源", "Heyuan", "河源"],
        zones: "ab",
    },
    Region {
        id: "cn-guangzhou",
        infix: "7xv",
        names: ["华南3（广州）", "China (Guangzhou)", "中国 (広州)"],
        cities: ["广州", "Guangzhou", "広州"],
        zones: "ab",
    },
    Region {
        id: "cn-chengdu",
        infix: "2vc",
        names: ["西南1（成都）", "China (Chengdu)", "中国 (成都)"],
        cities: ["成都", "Chengdu", "成都"],
        zones: "ab",
    },
    Region {
        id: "cn-hongkong",
        infix: "j6c",
        names: ["中国香港", "China (Hong Kong)", "中国 (香港)"],
        cities: ["香港", "Hong Kong", "香港"],
        zones: "bcd",
    },
    Region {
        id: "ap-northeast-1",
        infix: "6we",
        names: ["日本（东京）", "Japan (Tokyo)", "日本 (東京)"],
        cities: ["东京", "Tokyo", "東京"],
        zones: "abc",
    },
    Region {
        id: "ap-northeast-2",
        infix: "mj7",
        names: ["韩国（首尔）", "South Korea (Seoul)", "韓国 (ソウル)"],
        cities: ["首尔", "Seoul", "ソウル"],
        zones: "ab",
    },
    Region {
        id: "ap-southeast-1",
        infix: "t4n",
        names: ["新加坡", "Singapore", "シンガポール"],
        cities: ["新加坡", "Singapore", "シンガポール"],
        zones: "abc",
    },
    Region {
        id: "ap-southeast-3",
        infix: "8ps",
        names: ["马来西亚（吉隆坡）", "Malaysia (Kuala Lumpur)", "マレーシア (クアラルンプール)"],
        cities: ["吉隆坡", "Kuala Lumpur", "クアラルンプール"],
        zones: "abc",
    },
    Region {
        id: "ap-southeast-5",
        infix: "k1a",
        names: ["印度尼西亚（雅加达）", "Indonesia (Jakarta)", "インドネシア (ジャカルタ)"],
        cities: ["雅加达", "Jakarta", "ジャカルタ"],
        zones: "abc",
    },
    Region {
        id: "ap-southeast-6",
        infix: "5ts",
        names: ["菲律宾（马尼拉）", "Philippines (Manila)", "フィリピン (マニラ)"],
        cities: ["马尼拉", "Manila", "マニラ"],
        zones: "ab",
    },
    Region {
        id: "ap-southeast-7",
        infix: "0jo",
        names: ["泰国（曼谷）", "Thailand (Bangkok)", "タイ (バンコク)"],
        cities: ["曼谷", "Bangkok", "バンコク"],
        zones: "ab",
    },
    Region {
        id: "us-east-1",
        infix: "0xi",
        names: ["美国（弗吉尼亚）", "US (Virginia)", "米国 (バージニア)"],
        cities: ["弗吉尼亚", "Virginia", "バージニア"],
        zones: "ab",
    },
    Region {
        id: "us-west-1",
        infix: "rj9",
        names: ["美国（硅谷）", "US (Silicon Valley)", "米国 (シリコンバレー)"],
        cities: ["硅谷", "Silicon Valley", "シリコンバレー"],
        zones: "ab",
    },
    Region {
        id: "eu-west-1",
        infix: "d7o",
        names: ["英国（伦敦）", "UK (London)", "英国 (ロンドン)"],
        cities: ["伦敦", "London", "ロンドン"],
        zones: "ab",
    },
    Region {
        id: "eu-central-1",
        infix: "gw8",
        names: ["德国（法兰克福）", "Germany (Frankfurt)", "ドイツ (フランクフルト)"],
        cities: ["法兰克福", "Frankfurt", "フランクフルト"],
        zones: "abc",
    },
    Region {
        id: "me-east-1",
        infix: "eb3",
        names: ["阿联酋（迪拜）", "UAE (Dubai)", "アラブ首長国連邦 (ドバイ)"],
        cities: ["迪拜", "Dubai", "ドバイ"],
        zones: "a",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_names() {
        let region = find("cn-hangzhou").unwrap();
        assert!(region.has_zone("cn-hangzhou-h") && !region.has_zone("cn-hangzhou-z"));
        assert_eq!(region.name(Language::English), "China (Hangzhou)");
        assert_eq!(region.zone_name("cn-hangzhou-h", Language::Chinese), "杭州 可用区H");
        assert!(find("cn-atlantis").is_none());
        assert_eq!(language(Some("en-US")).unwrap(), Language::English);
        assert_eq!(language(Some("fr")).unwrap_err().code, "InvalidAcceptLanguage.NotFound");
    }
}
