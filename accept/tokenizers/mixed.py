"""Random tokenizers and texts, with what Python's tokenizers make of them, a JSON value a line: mixed.py SEED COUNT.

The form is that of golden/tokenizers-mixed. Left out is what has no answer: where Python raises, and where two added tokens are one in normal form, of which it takes either.
"""
import json
import random
import sys
import unicodedata

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

seed, count = int(sys.argv[1]), int(sys.argv[2])
R = random.Random(seed)

WORDS = """the cat sat on a mat hello world don't we'll I'M naïve é straße ΣΊΣΥΦΟΣ İstanbul 漢字 日本語テスト 한국어 привет мир مرحبا שלום
नमस्ते ไทย 1234 ½ Ⅻ ٣٤ ３ x_y foo(bar) [x] {} -- ... !? “q” «» 😀 👩‍👩‍👧 🇩🇪 \u200d \ufe0f <s> </s> <x> <unk> [UNK] <0x41> ▁ ▁▁a Ġ Ċ ﬁ Å Ω ｶﾞ 가 が""".split()
SPACES = [' ', '  ', '   ', '\t', '\n', '\n\n', '\r\n', '\u0085', '\u00a0', '\ufeff', '\u180e', '\u2028', '\u2029', '\u3000', '\u200b', '\u1680', '\x0b', '\x0c', '\x1c']
ODD = ['\0', '\x01', '\x7f', '\ufffd', '\ufffe', '\U0010ffff', '\ue000', '\U000e0001', '\u00ad', '\U00020000', '\u0300\u0301', '\uac00', '\u00b2', '\u00aa', '\u0345', '\u06dd']
RANGES = [(0, 128), (0, 0x250), (0, 0x3000), (0, 0xd7ff), (0xe000, 0x10000), (0x10000, 0x20000)]


def character():
    """One that Unicode has had since 3.2: tables are not of one age."""
    while True:
        one = chr(R.randrange(*R.choice(RANGES)))
        if unicodedata.ucd_3_2_0.category(one) not in ('Cn', 'Cs'):
            return one


def text():
    kind = R.random()
    if kind < .03:
        return ''
    if kind < .05:
        return R.choice(['a', ' ', 'é', '漢', '😀', 'ab', '\n']) * R.choice([3, 50, 700])
    if kind < .0503:
        return R.choice('a ▁') * 100_000
    if kind < .2:
        return ''.join(character() for _ in range(R.randrange(20)))
    return ''.join(R.choice(R.choice([WORDS, WORDS, WORDS, SPACES, SPACES, ODD])) + R.choice(['', '', ' ', ' ']) for _ in range(R.randrange(14)))


CORPUS = [''.join(R.choice(WORDS) + R.choice([' ', ' ', '\n', '  ', '']) for _ in range(40)) for _ in range(150)]
BYTES = ['<0x%02X>' % byte for byte in range(256)]


def trained(model, trainer, pre_tokenizer=None, **fields):
    tokenizer = Tokenizer(model)
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(CORPUS, trainer(**fields, show_progress=False))
    return json.loads(tokenizer.to_str())['model']


BPE, UNIGRAM, PIECE, LEVEL = trainers.BpeTrainer, trainers.UnigramTrainer, trainers.WordPieceTrainer, trainers.WordLevelTrainer
MODELS = {
    'bytes': trained(models.BPE(), BPE, pre_tokenizers.ByteLevel(add_prefix_space=False), vocab_size=600, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
    'meta': trained(models.BPE(unk_token='<unk>', byte_fallback=True, fuse_unk=True), BPE, pre_tokenizers.Metaspace(), vocab_size=500, special_tokens=['<unk>', '<s>', '</s>'] + BYTES),
    'plain': trained(models.BPE(unk_token='<unk>'), BPE, pre_tokenizers.Whitespace(), vocab_size=300, special_tokens=['<unk>'], limit_alphabet=60),
    'suffix': trained(models.BPE(unk_token='<unk>', end_of_word_suffix='</w>'), BPE, pre_tokenizers.BertPreTokenizer(), vocab_size=350, special_tokens=['<unk>'], end_of_word_suffix='</w>'),
    'prefix': trained(models.BPE(unk_token='<unk>', continuing_subword_prefix='##'), BPE, pre_tokenizers.WhitespaceSplit(), vocab_size=350, special_tokens=['<unk>'], continuing_subword_prefix='##'),
    'unigram': trained(models.Unigram(), UNIGRAM, pre_tokenizers.Metaspace(), vocab_size=250, unk_token='<unk>', special_tokens=['<unk>', '<s>']),
    'unigrambytes': trained(models.Unigram(), UNIGRAM, vocab_size=450, unk_token='<unk>', special_tokens=['<unk>', '<s>'] + BYTES),
    'piece': trained(models.WordPiece(unk_token='[UNK]'), PIECE, pre_tokenizers.BertPreTokenizer(), vocab_size=350, special_tokens=['[UNK]', '[CLS]', '[SEP]']),
    'level': trained(models.WordLevel(unk_token='[UNK]'), LEVEL, pre_tokenizers.Whitespace(), vocab_size=50, special_tokens=['[UNK]']),
}
MODELS['unigrambytes']['byte_fallback'] = True

LETTERS = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|" + LETTERS
QWEN = LLAMA.replace('{1,3}', '')
CASED = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
IN_TURN = [r'\p{N}{1,3}', '[一-龥぀-ゟ゠-ヿ]+', r"[!-/:-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"]
REGEXES = [LLAMA, QWEN, CASED, r'\s+', r'\w+|[^\w\s]+', r'\d{3}', r'(?<=\s)\S', r'a*', r'[\p{L}\p{M}]+', r'\n', r'[^\S\n]+', r'\p{Han}|\p{Hiragana}']
BEHAVIORS = ['Isolated', 'Removed', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext']


def flag(share=.5):
    return R.random() < share


def split(pattern, behavior, invert=False):
    return {'type': 'Split', 'pattern': pattern, 'behavior': behavior, 'invert': invert}


def byte_level(use_regex, add_prefix_space):
    return {'type': 'ByteLevel', 'add_prefix_space': add_prefix_space, 'trim_offsets': True, 'use_regex': use_regex}


def metaspace():
    return {'type': 'Metaspace', 'replacement': '▁', 'prepend_scheme': R.choice(['always', 'first', 'never']), 'split': flag()}


def pre_tokenizer(inside=False):
    makers = [
        lambda: byte_level(flag(.6), flag()),
        metaspace,
        lambda: split({'Regex': R.choice(REGEXES)}, R.choice(BEHAVIORS), flag(.4)),
        lambda: split({'Regex': R.choice(REGEXES)}, R.choice(BEHAVIORS), flag(.4)),
        lambda: split({'String': R.choice([' ', 'a', '.', '\n', 'the', '▁'])}, R.choice(BEHAVIORS), flag(.4)),
        lambda: {'type': R.choice(['Whitespace', 'WhitespaceSplit', 'BertPreTokenizer'])},
        lambda: {'type': 'CharDelimiterSplit', 'delimiter': R.choice([' ', 'a', '-', '漢'])},
        lambda: {'type': 'Digits', 'individual_digits': flag()},
        lambda: {'type': 'Punctuation', 'behavior': R.choice(BEHAVIORS)},
        lambda: {'type': 'FixedLength', 'length': R.randrange(1, 7)},
        lambda: {'type': 'Sequence', 'pretokenizers': [split({'Regex': one}, 'Isolated') for one in R.choice([[LLAMA], [QWEN], [CASED], IN_TURN])] + [byte_level(False, flag(.3))]},
    ]
    if not inside:
        makers.append(lambda: {'type': 'Sequence', 'pretokenizers': [pre_tokenizer(True) for _ in range(R.randrange(4))]})
    return R.choice(makers)()


def normalizer(inside=False):
    makers = [
        lambda: {'type': R.choice(['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Nmt', 'ByteLevel'])},
        lambda: {'type': R.choice(['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Nmt'])},
        lambda: {'type': 'Strip', 'strip_left': flag(), 'strip_right': flag()},
        lambda: {'type': 'Prepend', 'prepend': R.choice(['▁', ' ', 'x'])},
        lambda: {'type': 'Replace', 'pattern': R.choice([{'String': ' '}, {'String': 'a'}, {'Regex': ' {2,}'}, {'Regex': r'\s'}, {'Regex': '[\u0300-\u036f]'}]), 'content': R.choice(['▁', ' ', '', '$1', 'xy'])},
        lambda: {'type': 'BertNormalizer', 'clean_text': flag(.7), 'handle_chinese_chars': flag(.7), 'strip_accents': R.choice([None, True, False]), 'lowercase': flag(.6)},
    ]
    if not inside:
        makers.append(lambda: {'type': 'Sequence', 'normalizers': [normalizer(True) for _ in range(R.randrange(4))]})
    return R.choice(makers)()


def decoder(inside=False):
    makers = [
        lambda: byte_level(True, True),
        lambda: {**metaspace(), 'split': True},
        lambda: {'type': 'WordPiece', 'prefix': R.choice(['##', '']), 'cleanup': flag()},
        lambda: {'type': 'BPEDecoder', 'suffix': '</w>'},
        lambda: {'type': R.choice(['Fuse', 'ByteFallback'])},
        lambda: {'type': 'Strip', 'content': R.choice([' ', 'a', '▁']), 'start': R.randrange(3), 'stop': R.randrange(3)},
        lambda: {'type': 'Replace', 'pattern': R.choice([{'String': '▁'}, {'String': 'a'}, {'Regex': r'\s+'}]), 'content': R.choice([' ', '', 'b'])},
    ]
    if not inside:
        spm = [{'type': 'Replace', 'pattern': {'String': '▁'}, 'content': ' '}, {'type': 'ByteFallback'}, {'type': 'Fuse'}, {'type': 'Strip', 'content': ' ', 'start': 1, 'stop': 0}]
        makers.append(lambda: {'type': 'Sequence', 'decoders': R.choice([spm, [decoder(True) for _ in range(R.randrange(4))]])})
    return R.choice(makers)()


CONTENTS = ['<s>', '</s>', '<x>', '<unk>', '[UNK]', 'the', 'a', 'cat', '  ', ' ', '\n', '漢', 'é', 'e\u0301', '<x><x>', '<', 'hello world', 'ello', 'I', '😀', 'A', 'straße', 'ﬁ', '▁']


def added_tokens(model):
    vocab = model['vocab']
    ids = vocab if isinstance(vocab, dict) else {entry[0]: i for i, entry in enumerate(vocab)}
    tokens, following = [], len(vocab)
    for content in R.sample(CONTENTS, R.randrange(6)):
        own = ids.get(content, following)
        following += own == following
        tokens.append({'id': own, 'content': content, 'single_word': flag(.2), 'lstrip': flag(.25), 'rstrip': flag(.25), 'normalized': flag(.4), 'special': flag(.6)})
    return tokens


def post_processor(tokens):
    plain = {**byte_level(True, True), 'trim_offsets': False}
    if not tokens or flag():
        return R.choice([None, plain])
    first, last = R.choice(tokens), R.choice(tokens)
    special = lambda token: {'SpecialToken': {'id': token['content'], 'type_id': 0}}
    whole = {'Sequence': {'id': 'A', 'type_id': 0}}
    single = R.choice([[special(first), whole], [special(first), whole, special(last)], [whole, special(last), special(last)]])
    named = {token['content']: {'id': token['content'], 'ids': [token['id']], 'tokens': [token['content']]} for token in (first, last)}
    template = {'type': 'TemplateProcessing', 'single': single, 'pair': [whole, {'Sequence': {'id': 'B', 'type_id': 1}}], 'special_tokens': named}
    ends = {'sep': [last['content'], last['id']], 'cls': [first['content'], first['id']]}
    return R.choice([template, {'type': 'Sequence', 'processors': [plain, template]}, {'type': 'BertProcessing', **ends}, {'type': 'RobertaProcessing', **ends, 'trim_offsets': True, 'add_prefix_space': False}])


def is_clear(tokenizer, tokens):
    """Whether no two tokens are one in normal form, and none is nothing."""
    forms = [tokenizer.normalizer.normalize_str(one['content']) if one['normalized'] and tokenizer.normalizer else one['content'] for one in tokens]
    return '' not in forms and len(set(forms)) == len(forms)


def cases_of(tokenizer, number):
    for _ in range(number):
        given, special = text(), flag()
        try:
            ids = tokenizer.encode(given, add_special_tokens=special).ids
            yield [given, special, ids, tokenizer.decode(ids, skip_special_tokens=True), tokenizer.decode(ids, skip_special_tokens=False)]
        except BaseException as error:  # a panic of Rust is no Exception
            if isinstance(error, KeyboardInterrupt):
                raise


print(json.dumps({'models': MODELS}))
made = 0
while made < count:
    name = R.choice(list(MODELS))
    flags = {one: flag() for one in ('ignore_merges', 'fuse_unk', 'byte_fallback') if MODELS[name]['type'] == 'BPE' and flag(.3)}
    model = {**MODELS[name], **flags}
    tokens = added_tokens(model)
    parts = {'added_tokens': tokens, 'normalizer': normalizer() if flag(.45) else None, 'pre_tokenizer': pre_tokenizer() if flag(.8) else None, 'post_processor': post_processor(tokens), 'decoder': decoder() if flag(.85) else None}
    if name == 'bytes' and flag(.5):
        parts.update(pre_tokenizer=byte_level(True, flag()), decoder=byte_level(True, True))
    tokenizer = Tokenizer.from_str(json.dumps({'version': '1.0', 'truncation': None, 'padding': None, **parts, 'model': model}))
    # What is prepended stands at the place of the first character, and cut off from it, both are the first.
    if not is_clear(tokenizer, tokens) or ('"Prepend"' in json.dumps(parts) and '"first"' in json.dumps(parts['pre_tokenizer'])):
        continue
    made += 1
    print(json.dumps({'model': name, 'flags': flags, 'file': parts, 'cases': list(cases_of(tokenizer, 24))}))
