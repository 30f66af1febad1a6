//! Which topic stands for which of a publisher's own headings. A heading that is not listed has no
//! topic.

/// Headings by topic.
type Table = &'static [(&'static str, &'static [&'static str])];

/// Issues of AllSides.
const ISSUES: Table = &[
    (
        "medtop:01000000",
        &[
            "arts_and_entertainment",
            "culture",
            "media_bias",
            "media_industry",
        ],
    ),
    (
        "medtop:02000000",
        &[
            "capital_punishment_and_death_penalty",
            "criminal_justice",
            "dea",
            "death_penalty",
            "fbi",
            "justice",
            "justice_department",
            "supreme_court",
            "violence_in_america",
        ],
    ),
    ("medtop:03000000", &["disaster"]),
    (
        "medtop:04000000",
        &[
            "agriculture",
            "banking_and_finance",
            "business",
            "economic_policy",
            "economy_and_jobs",
            "energy",
            "trade",
            "treasury",
        ],
    ),
    ("medtop:05000000", &["education"]),
    ("medtop:06000000", &["environment", "epa"]),
    (
        "medtop:07000000",
        &[
            "coronavirus",
            "ebola",
            "fda",
            "healthcare",
            "obesity_and_malnutrition",
            "opioid_crisis",
            "public_health",
        ],
    ),
    ("medtop:09000000", &["labor"]),
    ("medtop:10000000", &["food", "holidays"]),
    (
        "medtop:11000000",
        &[
            "bridging_divides",
            "campaign_finance",
            "campaign_rhetoric",
            "democratic_party",
            "domestic_policy",
            "elections",
            "federal_budget",
            "fiscal_cliff",
            "foreign_policy",
            "impeachment",
            "polarization",
            "politics",
            "republican_party",
            "role_of_government",
            "state_department",
            "tea_party",
            "us_congress",
            "us_constitution",
            "us_house",
            "us_senate",
            "voting_rights_and_voter_fraud",
            "white_house",
        ],
    ),
    ("medtop:12000000", &["religion_and_faith"]),
    (
        "medtop:13000000",
        &["cybersecurity", "science", "technology"],
    ),
    (
        "medtop:14000000",
        &[
            "abortion",
            "family_and_marriage",
            "housing_and_homelessness",
            "immigration",
            "inequality",
            "lgbt_rights",
            "race_and_racism",
            "welfare",
            "women's_issues",
        ],
    ),
    ("medtop:15000000", &["sports"]),
    (
        "medtop:16000000",
        &[
            "defense",
            "isis",
            "middle_east",
            "national_defense",
            "nuclear_weapons",
            "terrorism",
            "us_military",
        ],
    ),
];

/// Sections of Wikipedia's Portal:Current events, as they were named over the years. Sections that
/// mix topics, such as "Health and environment", have none. The codes go without their scheme, as
/// in the corpus.
const CURRENT_EVENTS: Table = &[
    (
        "01000000",
        &[
            "arts and culture",
            "art and culture",
            "arts",
            "culture",
            "entertainment",
        ],
    ),
    (
        "02000000",
        &["law and crime", "crime and law", "law", "crime"],
    ),
    (
        "03000000",
        &[
            "disasters and accidents",
            "disasters",
            "disaster",
            "accidents and disasters",
        ],
    ),
    (
        "04000000",
        &[
            "business and economy",
            "business and economics",
            "business",
            "economy",
        ],
    ),
    ("05000000", &["education"]),
    ("06000000", &["environment"]),
    ("07000000", &["health and medicine", "health", "medicine"]),
    (
        "11000000",
        &[
            "international relations",
            "politics and elections",
            "politics",
            "elections",
        ],
    ),
    ("12000000", &["religion", "religion and spirituality"]),
    (
        "13000000",
        &["science and technology", "science", "technology"],
    ),
    ("15000000", &["sports", "sport"]),
    (
        "16000000",
        &[
            "armed conflicts and attacks",
            "armed conflict and attacks",
            "armed conflicts",
        ],
    ),
    ("17000000", &["weather"]),
];

/// The categories of MN-DS, which are the top level of the Media Topics.
const MEDIA_TOPICS: Table = &[
    (
        "medtop:01000000",
        &["arts, culture, entertainment and media"],
    ),
    ("medtop:02000000", &["crime, law and justice"]),
    (
        "medtop:03000000",
        &["disaster, accident and emergency incident"],
    ),
    ("medtop:04000000", &["economy, business and finance"]),
    ("medtop:05000000", &["education"]),
    ("medtop:06000000", &["environment"]),
    ("medtop:07000000", &["health"]),
    ("medtop:08000000", &["human interest"]),
    ("medtop:09000000", &["labour"]),
    ("medtop:10000000", &["lifestyle and leisure"]),
    ("medtop:11000000", &["politics"]),
    ("medtop:12000000", &["religion", "religion and belief"]),
    ("medtop:13000000", &["science and technology"]),
    ("medtop:14000000", &["society"]),
    ("medtop:15000000", &["sport"]),
    ("medtop:16000000", &["conflict, war and peace"]),
    ("medtop:17000000", &["weather"]),
];

/// Outlets of FA-KES by the side of their owners in the Syrian war.
const ALIGNMENTS: Table = &[
    (
        "alignment:other",
        &["ahram", "jordantimes", "nna", "reuters"],
    ),
    (
        "alignment:pro-government",
        &["alalam", "manar", "sana", "sputnik", "tass"],
    ),
    (
        "alignment:pro-opposition",
        &[
            "alaraby",
            "arabiya",
            "asharqalawsat",
            "dailysabah",
            "etilaf",
            "trt",
        ],
    ),
];

/// Sections of HuffPost with their topics, in the order of the 900 identifiers that each has.
/// World news is of every topic.
const HUFFPOST: &[(&str, Option<&str>)] = &[
    ("culture & arts", Some("medtop:01000000")),
    ("wellness", Some("medtop:10000000")),
    ("style & beauty", Some("medtop:10000000")),
    ("food & drink", Some("medtop:10000000")),
    ("impact", Some("medtop:14000000")),
    ("arts & culture", Some("medtop:01000000")),
    ("weddings", Some("medtop:14000000")),
    ("latino voices", Some("medtop:14000000")),
    ("world news", None),
    ("the worldpost", None),
    ("education", Some("medtop:05000000")),
    ("media", Some("medtop:01000000")),
    ("travel", Some("medtop:10000000")),
    ("women", Some("medtop:14000000")),
    ("taste", Some("medtop:10000000")),
    ("crime", Some("medtop:02000000")),
    ("comedy", Some("medtop:01000000")),
    ("arts", Some("medtop:01000000")),
    ("parents", Some("medtop:14000000")),
    ("politics", Some("medtop:11000000")),
    ("sports", Some("medtop:15000000")),
    ("style", Some("medtop:10000000")),
    ("money", Some("medtop:04000000")),
    ("divorce", Some("medtop:14000000")),
    ("entertainment", Some("medtop:01000000")),
    ("tech", Some("medtop:13000000")),
    ("black voices", Some("medtop:14000000")),
    ("home & living", Some("medtop:10000000")),
    ("good news", Some("medtop:08000000")),
    ("healthy living", Some("medtop:07000000")),
    ("worldpost", None),
    ("business", Some("medtop:04000000")),
    ("parenting", Some("medtop:14000000")),
    ("queer voices", Some("medtop:14000000")),
    ("green", Some("medtop:06000000")),
    ("college", Some("medtop:05000000")),
    ("environment", Some("medtop:06000000")),
    ("science", Some("medtop:13000000")),
    ("religion", Some("medtop:12000000")),
    ("fifty", Some("medtop:14000000")),
    ("weird news", Some("medtop:08000000")),
];

/// Topic of an issue of AllSides.
pub fn of_issue(issue: &str) -> Option<&'static str> {
    find(ISSUES, issue)
}

/// Topic of a section of the current events, in any case.
pub fn of_current_events(section: &str) -> Option<&'static str> {
    find(CURRENT_EVENTS, &section.trim().to_lowercase())
}

/// Media Topic of this name, in any case.
pub fn of_media_topic(name: &str) -> Option<&'static str> {
    find(MEDIA_TOPICS, &name.trim().to_lowercase())
}

/// Alignment of an outlet of FA-KES.
pub fn alignment(outlet: &str) -> Option<&'static str> {
    find(ALIGNMENTS, outlet)
}

/// Place of a HuffPost section among the sections, and its topic.
pub fn of_huffpost(section: &str) -> Option<(usize, Option<&'static str>)> {
    let at = HUFFPOST.iter().position(|(name, _)| *name == section)?;
    Some((at, HUFFPOST[at].1))
}

fn find(table: Table, heading: &str) -> Option<&'static str> {
    let row = table.iter().find(|(_, all)| all.contains(&heading))?;
    Some(row.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_heading_has_one_topic() {
        for table in [ISSUES, CURRENT_EVENTS, MEDIA_TOPICS, ALIGNMENTS] {
            let all: Vec<_> = table.iter().flat_map(|(_, all)| *all).collect();
            assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
            assert!(table.is_sorted_by_key(|(code, _)| code));
        }
        assert_eq!(HUFFPOST.len(), 41);
    }

    #[test]
    fn headings_are_found() {
        assert_eq!(
            of_issue("taxes"),
            None,
            "a heading of several topics has none"
        );
        assert_eq!(of_issue("trade"), Some("medtop:04000000"));
        assert_eq!(of_current_events("Law and crime "), Some("02000000"));
        assert_eq!(of_media_topic("Labour"), Some("medtop:09000000"));
        assert_eq!(alignment("reuters"), Some("alignment:other"));
        assert_eq!(of_huffpost("crime"), Some((15, Some("medtop:02000000"))));
        assert_eq!(of_huffpost("worldpost"), Some((30, None)));
    }
}
