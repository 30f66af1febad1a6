//! A few dozen tokens that are read, looked up and handed on together.

use super::{
    FeaturizerConfig, TermId,
    index::{BATCH, NONE, NgramIndex, Node},
    ngrams::Read,
    words::Word,
};
use crate::text::{Scanner, Span, WordKey};

/// Tokens in places `HISTORY` and up, with the last ones of the batch before in front of them,
/// which may start an n-gram that ends here.
#[derive(Debug)]
pub struct Batch<const N: usize> {
    length: usize,
    keys: [Option<WordKey>; BATCH],
    spans: [(usize, usize); PLACES],
    /// For each length of n-gram, the node of the one that ends at each token.
    nodes: [[Node; PLACES]; N],
}

const HISTORY: usize = FeaturizerConfig::MAX_NGRAM - 1;
const PLACES: usize = BATCH + HISTORY;

impl<const N: usize> Default for Batch<N> {
    fn default() -> Self {
        Self {
            length: 0,
            keys: [None; BATCH],
            spans: [(0, 0); PLACES],
            nodes: [[NONE; PLACES]; N],
        }
    }
}

impl<const N: usize> Batch<N> {
    /// Reads on. `None` where a token folds to several words; otherwise, whether there was one.
    pub fn read(
        &mut self,
        scanner: &mut Scanner<'_>,
        index: &NgramIndex,
        read: &mut Read,
        config: &FeaturizerConfig,
    ) -> Option<bool> {
        self.start_anew();
        while self.length < BATCH
            && let Some(token) = scanner.scan()
        {
            if read.is_full(config) {
                break;
            }
            if token.key.is_none() {
                self.nodes[0][HISTORY + self.length] = long_word(index, scanner.folded())?;
            }
            self.keys[self.length] = token.key;
            self.spans[HISTORY + self.length] = (token.start, token.end);
            self.length += 1;
        }
        self.look_up(index);
        Some(self.length > 0)
    }

    /// Takes at most [`BATCH`] words that follow, whose nodes `node` knows.
    pub fn take(&mut self, words: &[Word], node: impl Fn(&Word) -> Node, index: &NgramIndex) {
        self.start_anew();
        let nodes = self.nodes[0][HISTORY..].iter_mut();
        let places = nodes.zip(&mut self.spans[HISTORY..]).zip(words);
        for ((to, span), word) in places {
            (*to, *span) = (node(word), (word.span.start, word.span.end));
        }
        self.length = words.len().min(BATCH);
        self.look_up_longer(index);
    }

    /// Keeps the last tokens as history.
    fn start_anew(&mut self) {
        let history = self.length..self.length + HISTORY;
        self.spans.copy_within(history.clone(), 0);
        for nodes in &mut self.nodes {
            nodes.copy_within(history.clone(), 0);
        }
        self.length = 0;
    }

    fn look_up(&mut self, index: &NgramIndex) {
        if let Some(words) = self.nodes.first_mut() {
            let new = HISTORY..HISTORY + self.length;
            index.find_words(&self.keys[..self.length], &mut words[new]);
        }
        self.look_up_longer(index);
    }

    fn look_up_longer(&mut self, index: &NgramIndex) {
        let new = HISTORY..HISTORY + self.length;
        let [words, longer @ ..] = &mut self.nodes[..] else {
            return;
        };
        let mut shorter = &*words;
        for nodes in longer {
            let parents = &shorter[new.start - 1..new.end - 1];
            index.find_children(parents, &words[new.clone()], &mut nodes[new.clone()]);
            shorter = nodes;
        }
    }

    /// How many of the tokens are terms by themselves.
    pub fn known(&self, index: &NgramIndex) -> u32 {
        let nodes = &self.nodes[0][HISTORY..HISTORY + self.length];
        let known = nodes
            .iter()
            .map(|&node| u32::from(index.term(node).is_some()));
        known.sum()
    }

    /// Visits the terms by their last token, longer ones first.
    pub fn each(&self, index: &NgramIndex, mut visit: impl FnMut(TermId, Span)) {
        for at in HISTORY..HISTORY + self.length {
            for longer in (0..N).rev() {
                if let Some(term) = index.term(self.nodes[longer][at]) {
                    visit(term, self.spans[at - longer].0..self.spans[at].1);
                }
            }
        }
    }
}

#[cold]
fn long_word(index: &NgramIndex, folded: &str) -> Option<Node> {
    (!folded.contains(' ')).then(|| index.long_word(folded))
}
