"""FLA's seven model types in plain PyTorch, without custom kernels: what somebody without a GPU would run.

`LM(config)` takes the fields of a config.json and has the names of FLA's state dict; forward(ids [B,T]) -> logits [B,T,vocab].
Linear attention is chunkwise: all chunks of all heads in one product, and a loop over chunks for the state alone.
Letters: B rows, T tokens, H heads, K and V widths of a head, N chunks of C tokens.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F


def linear(ins, outs, bias=False):
    return nn.Linear(ins, outs, bias=bias)


class RMSNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


class ShortConv(nn.Module):
    """A causal convolution of each channel with the last four tokens, as a sum of shifted products."""

    def __init__(self, width, taps=4):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width, 1, taps))

    def forward(self, x):
        taps = self.weight[:, 0].unbind(1)
        length = x.shape[1]
        padded = F.pad(x, (0, 0, len(taps) - 1, 0))
        return F.silu(sum(padded[:, i : i + length] * tap for i, tap in enumerate(taps)))


def to_heads(x, heads):
    """[B,T,H*D] -> [B,H,T,D]"""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def from_heads(x):
    return x.transpose(1, 2).flatten(2)


def to_chunks(x, chunk):
    """[B,H,T,...] -> [B,H,N,C,...], with zeros behind the end."""
    short = -x.shape[2] % chunk
    if short:
        x = F.pad(x, (0, 0) * (x.dim() - 3) + (0, short))
    return x.unflatten(2, (-1, chunk))


def rotate(x, base):
    """Rotary embedding of [B,T,H,D], halves paired; angles in f64."""
    half = x.shape[-1] // 2
    rate = base ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = torch.arange(x.shape[1], dtype=torch.float64)[:, None, None] * rate
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = x.split(half, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


def states_before(update, decay):
    """State before every chunk but the first: S <- decay S + update. update [B,H,N,K,V], decay broadcasts without N or has N."""
    state = update[:, :, 0]
    states = [state]
    for n in range(1, update.shape[2] - 1):
        state = torch.addcmul(update[:, :, n], decay[:, :, n], state)
        states.append(state)
    return torch.stack(states, 2)


def with_states(inside, q_in, update, decay):
    """What tokens read inside of their chunk, and from the state before it."""
    if inside.shape[2] == 1:
        return inside
    across = q_in[:, :, 1:] @ states_before(update, decay)
    return torch.cat((inside[:, :, :1], inside[:, :, 1:] + across), 2)


def vector_decay(q, k, v, g, chunk):
    """Log decay g per key channel, [B,H,T,K]. Exponents are taken from the middle of a chunk, which halves their range."""
    length = q.shape[2]
    q, k, v, g = (to_chunks(x, chunk) for x in (q, k, v, g))
    total = g.cumsum(3)
    middle = total[..., chunk // 2, None, :].detach()
    scores = (q * (total - middle).clamp(-60, 60).exp()) @ (k * (middle - total).clamp(-60, 60).exp()).mT
    last = total[..., -1:, :]
    inside = scores.tril() @ v
    if inside.shape[2] > 1:
        update = (k * (last - total).exp()).mT @ v
        inside = with_states(inside, q * total.exp(), update, last.exp().mT)
    return inside.flatten(2, 3)[:, :, :length] * q.shape[-1] ** -0.5


def scalar_decay(q, k, v, g, chunk):
    """A fixed log decay per head, g [H]."""
    length = q.shape[2]
    q, k, v = (to_chunks(x, chunk) for x in (q, k, v))
    steps = torch.arange(1, chunk + 1, dtype=q.dtype)
    total = g[:, None] * steps  # [H,C]
    mask = (total[:, :, None] - total[:, None]).tril().exp().tril()
    inside = (q @ k.mT * mask[:, None]) @ v
    if inside.shape[2] > 1:
        rest = (total[:, -1:] - total).exp()[:, None, :, None]
        decay = total[:, -1].exp()[:, None, None, None].expand(-1, q.shape[2], 1, 1)[None]
        inside = with_states(inside, q * total.exp()[:, None, :, None], (k * rest).mT @ v, decay)
    return inside.flatten(2, 3)[:, :, :length] * q.shape[-1] ** -0.5


def delta_rule(q, k, v, beta, g=None, chunk=64):
    """The (gated) delta rule by the WY form: one triangular solve for all chunks. beta and the log decay g [B,H,T]."""
    length = q.shape[2]
    chunk = min(chunk, length)
    q, k, v, beta = (to_chunks(x, chunk) for x in (q, k, v, beta[..., None]))
    scores, overlap = q @ k.mT, k @ k.mT
    k_in, q_in, k_out, last = k, q, k, None
    if g is not None:
        total = to_chunks(g[..., None], chunk).cumsum(3)  # [B,H,N,C,1]
        mask = (total - total.mT).tril().exp()
        scores, overlap = scores * mask, overlap * mask
        grown = total.exp()
        k_in, q_in, k_out, last = k * grown, q * grown, k * (total[..., -1:, :] - total).exp(), grown[..., -1:, :]
    scores = scores.tril()
    lower = (beta * overlap).tril(-1)
    chunks = q.shape[2]
    right = beta * v if chunks == 1 else torch.cat((beta * v, beta * k_in), -1)
    solved = torch.linalg.solve_triangular(lower, right, upper=False, unitriangular=True)
    if chunks == 1:
        out = scores @ solved
    else:
        fresh, seen = solved.split((v.shape[-1], k.shape[-1]), -1)
        outs, state = [], None
        for n in range(chunks):
            value = fresh[:, :, n] if state is None else fresh[:, :, n] - seen[:, :, n] @ state
            read = scores[:, :, n] @ value
            outs.append(read if state is None else read + q_in[:, :, n] @ state)
            if n + 1 < chunks:
                update = k_out[:, :, n].mT @ value
                state = update if state is None else update + (state if last is None else state * last[:, :, n])
        out = torch.stack(outs, 2)
    return out.flatten(2, 3)[:, :, :length] * q.shape[-1] ** -0.5


class Elementwise(torch.autograd.Function):
    """h_t = a_t h_{t-1} + u_t for [T,B,D], one fused operation a token."""

    @staticmethod
    def forward(ctx, a, u):
        h = torch.empty_like(u)
        h[0] = u[0]
        for t in range(1, len(u)):
            torch.addcmul(u[t], a[t], h[t - 1], out=h[t])
        ctx.save_for_backward(a, h)
        return h

    @staticmethod
    def backward(ctx, dh):
        a, h = ctx.saved_tensors
        du = torch.empty_like(h)
        du[-1] = dh[-1]
        for t in range(len(h) - 2, -1, -1):
            torch.addcmul(dh[t], a[t + 1], du[t + 1], out=du[t])
        da = torch.zeros_like(a)
        torch.mul(du[1:], h[:-1], out=da[1:])
        return da, du


class Attention(nn.Module):
    def __init__(self, width, fields):
        super().__init__()
        self.heads, self.base = fields['num_heads'], fields.get('rope_theta') or 10000.0
        self.kv_heads = fields.get('num_kv_heads') or self.heads
        kv = width // self.heads * self.kv_heads
        self.q_proj, self.k_proj, self.v_proj = linear(width, width), linear(width, kv), linear(width, kv)
        self.o_proj = linear(width, width)

    def forward(self, x, bound):
        q = rotate(self.q_proj(x).unflatten(-1, (self.heads, -1)), self.base).transpose(1, 2)
        k = rotate(self.k_proj(x).unflatten(-1, (self.kv_heads, -1)), self.base).transpose(1, 2)
        v = to_heads(self.v_proj(x), self.kv_heads)
        grouped = self.kv_heads != self.heads
        return self.o_proj(from_heads(F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=grouped)))


def bounded(gate, bound):
    """A forget gate that does not fall below the bound of its layer."""
    return gate if bound is None else bound + (1 - bound) * gate


class HGRN(nn.Module):
    def __init__(self, width, fields):
        super().__init__()
        if fields.get('use_short_conv'):
            raise ValueError('hgrn: use_short_conv is none of this program')
        self.i_proj, self.f_proj, self.g_proj, self.o_proj = (linear(width, width) for _ in range(4))
        self.g_norm = RMSNorm(width, fields['norm_eps'])

    def forward(self, x, bound):
        gate = bounded(torch.sigmoid(self.f_proj(x)), bound)
        ins = F.silu(self.i_proj(x)) * (1 - gate)
        h = Elementwise.apply(gate.transpose(0, 1).contiguous(), ins.transpose(0, 1).contiguous()).transpose(0, 1)
        return self.o_proj(self.g_norm(h) * F.silu(self.g_proj(x)))


class HGRN2(nn.Module):
    def __init__(self, width, fields):
        super().__init__()
        self.heads = width // fields['expand_ratio']
        self.q_proj, self.f_proj, self.i_proj, self.o_proj = (linear(width, width) for _ in range(4))
        self.g_norm = RMSNorm(width, 1e-5)  # FLA's layer leaves norm_eps out

    def forward(self, x, bound):
        f = self.f_proj(x)
        log = F.logsigmoid(f) if bound is None else bounded(torch.sigmoid(f), bound).log()
        q, k, v, g = (
            to_heads(y, self.heads) for y in (F.silu(self.q_proj(x)), 1 - log.exp(), self.i_proj(x), log)
        )
        return self.o_proj(self.g_norm(from_heads(vector_decay(q, k, v, g, 16))))


class RetNet(nn.Module):
    def __init__(self, width, fields):
        super().__init__()
        self.heads = fields['num_heads']
        key, value = int(width * fields['expand_k']), int(width * fields['expand_v'])
        self.q_proj, self.k_proj = linear(width, key), linear(width, key)
        self.v_proj, self.g_proj, self.o_proj = linear(width, value), linear(width, value), linear(value, width)
        self.g_norm_swish_gate = RMSNorm(value // self.heads, fields['norm_eps'])
        self.decay = torch.log(1 - 2.0 ** (-5 - torch.arange(self.heads, dtype=torch.float64))).float()

    def forward(self, x, bound):
        q, k = (
            rotate(proj(x).unflatten(-1, (self.heads, -1)), 10000.0).transpose(1, 2) for proj in (self.q_proj, self.k_proj)
        )
        out = scalar_decay(q, k, to_heads(self.v_proj(x), self.heads), self.decay, min(64, x.shape[1]))
        return self.o_proj(from_heads(self.g_norm_swish_gate(out)) * F.silu(self.g_proj(x)))


class GLA(nn.Module):
    def __init__(self, width, fields):
        super().__init__()
        self.heads = fields['num_heads']
        key, value = int(width * fields['expand_k']), int(width * fields['expand_v'])
        self.q_proj, self.k_proj = linear(width, key), linear(width, key)
        self.v_proj, self.g_proj, self.o_proj = linear(width, value), linear(width, value), linear(value, width)
        self.gk_proj = nn.Sequential(linear(width, 16), linear(16, key, True))
        self.g_norm_swish_gate = RMSNorm(value // self.heads, fields['norm_eps'])

    def forward(self, x, bound):
        g = F.logsigmoid(self.gk_proj(x)) / 16
        q, k, v, g = (to_heads(y, self.heads) for y in (self.q_proj(x), self.k_proj(x), self.v_proj(x), g))
        out = self.g_norm_swish_gate(vector_decay(q, k, v, g, 32))
        return self.o_proj(from_heads(out) * F.silu(self.g_proj(x)))


def unit(x):
    return x * (x.square().sum(-1, keepdim=True) + 1e-6).rsqrt()


class Delta(nn.Module):
    """DeltaNet; with a gate, Gated DeltaNet."""

    def __init__(self, width, fields, gated=False):
        super().__init__()
        self.heads = fields['num_heads']
        if gated:
            key = self.heads * fields['head_dim']
            value = int(key * fields['expand_v'])
            self.a_proj, self.g_proj = linear(width, self.heads), linear(width, value)
            self.A_log, self.dt_bias = (nn.Parameter(torch.zeros(self.heads)) for _ in range(2))
        else:
            key, value = int(width * fields['expand_k']), int(width * fields['expand_v'])
        self.gated = gated
        self.q_proj, self.k_proj = linear(width, key), linear(width, key)
        self.v_proj, self.o_proj, self.b_proj = linear(width, value), linear(value, width), linear(width, self.heads)
        self.q_conv1d, self.k_conv1d, self.v_conv1d = ShortConv(key), ShortConv(key), ShortConv(value)
        self.o_norm = RMSNorm(value // self.heads, fields['norm_eps'])

    def forward(self, x, bound):
        q, k, v = (
            to_heads(conv(proj(x)), self.heads)
            for proj, conv in ((self.q_proj, self.q_conv1d), (self.k_proj, self.k_conv1d), (self.v_proj, self.v_conv1d))
        )
        beta = torch.sigmoid(self.b_proj(x)).mT
        g = (-self.A_log.exp() * F.softplus(self.a_proj(x) + self.dt_bias)).mT if self.gated else None
        out = from_heads(self.o_norm(delta_rule(unit(q), unit(k), v, beta, g)))
        return self.o_proj(out * F.silu(self.g_proj(x)) if self.gated else out)


MIXERS = {
    'transformer': Attention,
    'hgrn': HGRN,
    'hgrn2': HGRN2,
    'retnet': RetNet,
    'gla': GLA,
    'delta_net': Delta,
    'gated_deltanet': lambda width, fields: Delta(width, fields, gated=True),
}


class GatedMLP(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = linear(width, inner), linear(width, inner), linear(inner, width)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, eps = config['hidden_size'], config['norm_eps']
        self.attn_norm, self.mlp_norm = RMSNorm(width, eps), RMSNorm(width, eps)
        self.attn = MIXERS[config['model_type']](width, config)
        self.mlp = GatedMLP(width, config['intermediate_size'])

    def forward(self, x, bound):
        x = x + self.attn(self.attn_norm(x), bound)
        return x + self.mlp(self.mlp_norm(x))


class LM(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, layers, vocab = config['hidden_size'], config['num_hidden_layers'], config['vocab_size']
        self.model = nn.Module()
        self.model.embeddings = nn.Embedding(vocab, width)
        self.model.layers = nn.ModuleList(Block(config) for _ in range(layers))
        self.model.norm = RMSNorm(width, config['norm_eps'])
        self.lm_head = linear(width, vocab)
        self.bounded = config['model_type'] in ('hgrn', 'hgrn2') and config.get('use_lower_bound', True)
        if self.bounded:
            self.model.lower_bounds = nn.Parameter(torch.zeros(layers, width))

    def forward(self, ids):
        x = self.model.embeddings(ids)
        bounds = [None] * len(self.model.layers)
        if self.bounded:
            shares = self.model.lower_bounds.softmax(0)
            bounds[1:] = (shares.cumsum(0) - shares[0])[1:].unbind(0)
        for layer, bound in zip(self.model.layers, bounds):
            x = layer(x, bound)
        return self.lm_head(self.model.norm(x))
