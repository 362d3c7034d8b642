"""Write the untrained twin of a network: the same shape and tokenizer, weights drawn: untrained.py FOLDER OUTPUT."""

from __future__ import annotations

import sys

import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer

torch.manual_seed(0)
AutoModel.from_config(AutoConfig.from_pretrained(sys.argv[1])).save_pretrained(sys.argv[2])
AutoTokenizer.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[2])
