//! Made-up news, the same on every run: no text of a corpus may enter the repository.
//!
//! Sentences are drawn from patterns whose gaps are filled from lists of words, by a linear
//! congruential generator. About one word in ten is new to the article, as in real reports, and
//! every second article is typeset with curly quotation marks.

/// Knuth's MMIX generator.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as usize
    }

    fn pick<'l>(&mut self, list: &[&'l str]) -> &'l str {
        list[self.below(list.len())]
    }
}

/// The actors of one article, as its stance targets.
pub const ACTORS: [&str; 8] = [
    "Anna Keller",
    "Orlan",
    "Marek Dolan",
    "Vastria",
    "Harbour Union",
    "Ines Corvo",
    "Northport",
    "Tolland Energy",
];

const LAST: [&str; 8] = [
    "Keller",
    "Orlan",
    "Dolan",
    "Vastria",
    "the union",
    "Corvo",
    "Northport",
    "Tolland",
];

const PATTERNS: [&str; 24] = [
    "{A} said on {d} that the {n} would {v} the {a} {n} before the end of {m}.",
    "\"We will not {v} any {n} without a {a} {n},\" {L} told reporters in {p}.",
    "The {a} {n} of {p} has {w} more than ${i},{i} million since {y}, the {n} showed.",
    "In {p}, {i} percent of {s} said they {w} the {n}, up from {i} percent a year earlier.",
    "{L} didn't {v} the {n}, but officials at the U.S. embassy {w} the {a} {s}.",
    "Critics of {A} called the {n} {a} and {a}, while supporters {w} its {s}.",
    "The court {w} the {n} after lawyers for {L} argued that {s} had been {w} by police.",
    "{s} and {s} were {w} near the {n} late on {d}, according to the ministry of {n}.",
    "It was the {a} time that {A} had {w} a {n} over {s}, the newspaper wrote.",
    "Prices of {s} rose {i}.{i}% in {m}, and economists expect the {n} to {v} again.",
    "Hospitals in {p} {w} about {i} {s} with the {a} virus, a doctor said.",
    "\"It's a {a} {n},\" said a {n} from {p} who {w} the {s} for {i} years.",
    "{A} and {A} will meet in {p} on {d} to {v} the {a} agreement on {s}.",
    "Under the {n}, {s} must {v} their {n} by {y} or face a fine of ${i},000.",
    "The opposition accused {L} of having {w} {s}; the {n} denied it.",
    "Scientists at the university {w} {i} {s} and found that the {n} doesn't {v} them.",
    "Voters in {p} {w} the {a} proposal by {i} to {i}, a {a} result for {L}.",
    "Rain and wind {w} the {n}, and {s} across {p} were closed at 5 p.m. on {d}.",
    "A spokeswoman for {A} declined to {v} whether the {n} had {w} {s}.",
    "The {a} army {w} {s} along the border with {p}, where the cease-fire of {y} still holds.",
    "{L}'s {n} {w} {s} in the second half and won {i}-{i} in front of {i},000 fans.",
    "Many {s} in {p} still {v} the {n}; others have {w} it since {m} {y}.",
    "An {n} of {s} will cost the city {i} million crowns, {L} wrote in a {a} letter.",
    "That {n} is not what {s} {w} for, and {A} knows that it could {v} the {n}.",
];

const NOUNS: [&str; 64] = [
    "government",
    "budget",
    "reform",
    "harbour",
    "election",
    "strike",
    "tariff",
    "treaty",
    "hospital",
    "school",
    "railway",
    "bridge",
    "pension",
    "inflation",
    "parliament",
    "inquiry",
    "verdict",
    "festival",
    "museum",
    "novel",
    "stadium",
    "league",
    "coalition",
    "minority",
    "ceremony",
    "drought",
    "wildfire",
    "earthquake",
    "vaccine",
    "laboratory",
    "satellite",
    "telescope",
    "refinery",
    "pipeline",
    "merger",
    "shipyard",
    "orchard",
    "fishery",
    "curriculum",
    "scholarship",
    "referendum",
    "amendment",
    "embargo",
    "sanction",
    "ambassador",
    "summit",
    "garrison",
    "convoy",
    "airport",
    "tunnel",
    "reservoir",
    "turbine",
    "subsidy",
    "mortgage",
    "bankruptcy",
    "dividend",
    "orchestra",
    "documentary",
    "cathedral",
    "pilgrimage",
    "marathon",
    "tournament",
    "apprenticeship",
    "negotiation",
];

const PLURALS: [&str; 48] = [
    "farmers",
    "teachers",
    "nurses",
    "voters",
    "soldiers",
    "refugees",
    "investors",
    "students",
    "miners",
    "pensioners",
    "tenants",
    "drivers",
    "senators",
    "judges",
    "witnesses",
    "protesters",
    "engineers",
    "fishermen",
    "merchants",
    "tourists",
    "hackers",
    "smugglers",
    "volunteers",
    "scientists",
    "patients",
    "prisoners",
    "activists",
    "shareholders",
    "regulators",
    "exporters",
    "households",
    "commuters",
    "weapons",
    "documents",
    "emissions",
    "exports",
    "wages",
    "taxes",
    "contracts",
    "rights",
    "benefits",
    "forests",
    "glaciers",
    "species",
    "batteries",
    "algorithms",
    "lawsuits",
    "borders",
];

const VERBS: [&str; 32] = [
    "approve",
    "reject",
    "delay",
    "finance",
    "defend",
    "abolish",
    "expand",
    "privatise",
    "investigate",
    "renew",
    "support",
    "criticise",
    "replace",
    "suspend",
    "celebrate",
    "protect",
    "restrict",
    "discuss",
    "sign",
    "publish",
    "repair",
    "inspect",
    "postpone",
    "tax",
    "regulate",
    "monitor",
    "withdraw",
    "improve",
    "undermine",
    "ratify",
    "audit",
    "sponsor",
];

const PAST: [&str; 32] = [
    "approved",
    "rejected",
    "delayed",
    "blocked",
    "praised",
    "condemned",
    "attacked",
    "supported",
    "arrested",
    "released",
    "injured",
    "treated",
    "promised",
    "threatened",
    "demanded",
    "feared",
    "reported",
    "announced",
    "cancelled",
    "opened",
    "destroyed",
    "rebuilt",
    "invested",
    "lost",
    "won",
    "counted",
    "questioned",
    "welcomed",
    "ignored",
    "warned",
    "evacuated",
    "protested",
];

const ADJECTIVES: [&str; 40] = [
    "new",
    "controversial",
    "historic",
    "illegal",
    "unfair",
    "generous",
    "fragile",
    "regional",
    "national",
    "economic",
    "environmental",
    "military",
    "religious",
    "public",
    "private",
    "dangerous",
    "popular",
    "narrow",
    "surprising",
    "long-awaited",
    "first",
    "second",
    "annual",
    "emergency",
    "constitutional",
    "democratic",
    "conservative",
    "liberal",
    "corrupt",
    "peaceful",
    "violent",
    "expensive",
    "modern",
    "ancient",
    "coastal",
    "rural",
    "northern",
    "southern",
    "independent",
    "unprecedented",
];

const PLACES: [&str; 16] = [
    "Northport",
    "Vastria",
    "Orlan",
    "the capital",
    "Lower Tolland",
    "San Corvo",
    "Eastmark",
    "Lake Brannen",
    "the north",
    "Washington",
    "Br\u{FC}nnstadt",
    "Kestrel Bay",
    "Dun Carrow",
    "Palmas del R\u{ED}o",
    "the valley",
    "Geneva",
];

const DAYS: [&str; 5] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
const MONTHS: [&str; 6] = ["January", "March", "May", "August", "October", "December"];

/// One article: title and a body of at least `bytes` bytes.
pub fn article(seed: u64, bytes: usize) -> (String, String) {
    let mut dice = Dice::new(seed);
    let mut title = String::new();
    sentence(&mut dice, &mut title);
    let mut body = String::with_capacity(bytes + 200);
    let mut sentences = 0;
    while body.len() < bytes {
        if sentences > 0 {
            body.push_str(if sentences % 4 == 0 { "\n\n" } else { " " });
        }
        sentence(&mut dice, &mut body);
        sentences += 1;
    }
    if seed % 2 == 1 {
        (typeset(&title), typeset(&body))
    } else {
        (title, body)
    }
}

fn sentence(dice: &mut Dice, text: &mut String) {
    let pattern = dice.pick(&PATTERNS);
    let start = text.len();
    let mut parts = pattern.split('{');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        fill(dice, &part[..1], text);
        text.push_str(&part[2..]);
    }
    if let Some(first) = text.get_mut(start..=start) {
        first.make_ascii_uppercase();
    }
}

fn fill(dice: &mut Dice, gap: &str, text: &mut String) {
    let number;
    text.push_str(match gap {
        "A" => dice.pick(&ACTORS),
        "L" => dice.pick(&LAST),
        "n" => dice.pick(&NOUNS),
        "s" => dice.pick(&PLURALS),
        "v" => dice.pick(&VERBS),
        "w" => dice.pick(&PAST),
        "a" => dice.pick(&ADJECTIVES),
        "p" => dice.pick(&PLACES),
        "d" => dice.pick(&DAYS),
        "m" => dice.pick(&MONTHS),
        other => {
            let from = if other == "y" { 1990 } else { 2 };
            number = (from + dice.below(34)).to_string();
            &number
        }
    });
}

fn typeset(text: &str) -> String {
    let mut open = false;
    let curly = |c| match c {
        '\'' => '\u{2019}',
        '"' => {
            open = !open;
            if open { '\u{201C}' } else { '\u{201D}' }
        }
        c => c,
    };
    text.chars().map(curly).collect()
}
