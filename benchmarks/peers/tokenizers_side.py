"""Python's tokenizers as a side of `pnpm bench tokenize`: the same trainer and the same encoding, one JSON line a request."""
import hashlib
import json
import sys
import time

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

job = json.loads(sys.argv[1])
with open(job['texts']) as file:
    texts = json.load(file)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def train():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=job['vocabSize'], initial_alphabet=alphabet, show_progress=False)
    start = time.perf_counter()
    tokenizer.train_from_iterator(texts, trainer)
    seconds = time.perf_counter() - start
    merges = json.loads(tokenizer.to_str())['model']['merges']
    text = json.dumps(merges, separators=(',', ':'), ensure_ascii=False)
    return {'seconds': seconds, 'sha256': sha256(text), 'tokens': len(merges)}


def encode():
    tokenizer = Tokenizer.from_file(job['tokenizer'])
    start = time.perf_counter()
    ids = [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)]
    seconds = time.perf_counter() - start
    return {'seconds': seconds, 'sha256': sha256('\n'.join(','.join(map(str, one)) for one in ids)), 'tokens': sum(map(len, ids))}


def say(answer):
    print(json.dumps(answer), flush=True)


say({'label': f'tokenizers {tokenizers.__version__}'})
for line in sys.stdin:
    say({'train': train, 'encode': encode}[json.loads(line)['what']]())
