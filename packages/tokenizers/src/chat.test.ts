import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { chatTemplates, conversations } from './chat.test-data.ts';
import { applyChatTemplate, byteTokenizer, type ChatMessage } from './index.ts';

const names = ['', '<s>', '</s>'];
const tokenizer = (template: string, more: Record<string, string> = {}) => ({
  ...byteTokenizer(),
  ...{ bosId: 1, eosId: 2, idToToken: (id: number) => names[id] },
  chatTemplates: new Map(Object.entries({ default: template, ...more })),
});
const filled = (template: string, variables: object = {}, messages: readonly ChatMessage[] = [{ role: 'user' }]) =>
  applyChatTemplate(tokenizer(template), messages, { variables: { ...variables } });

describe('applyChatTemplate', () => {
  // sha256 of what Python's jinja2 3.1.6 makes of them as Transformers sets it up.
  const recorded = {
    headers: [
      '90846d8a2416',
      'a65c9c4a3a26',
      '78be4345835f',
      '2bdcb8409930',
      '77f7dca62171',
      'ab108744554e',
      '4410a927feb6',
    ],
    thinking: [
      '527a4a20fd92',
      '0b8f2eaa47ec',
      'cdb7abdcacb4',
      '08c7f94137a5',
      'a089e178c666',
      '0cffde28fdd8',
      'e3b0c44298fc',
    ],
    brackets: [
      ...['b49cb2fcb004', 'a9241e37738a', '4170e4cc6b4f', '2e426d4ab097'],
      // Python writes an object into a text; the library does not, and says so.
      'applyChatTemplate: the chat template "default" cannot be filled (Unknown ObjectValue filter: string); change the messages or the template.',
      ...Array(2).fill(
        'applyChatTemplate: the chat template "default" cannot be filled (roles must alternate user/assistant/user/...); change the messages or the template.',
      ),
    ],
  };

  it.each(Object.entries(chatTemplates))('fills %s as Python does', (name, template) => {
    const texts = conversations.map(({ messages, ...rest }) => {
      const { add_generation_prompt: addGenerationPrompt = false, ...variables } = rest as Record<string, never>;
      try {
        const text = applyChatTemplate(tokenizer(template), messages, { addGenerationPrompt, variables });
        return createHash('sha256').update(text).digest('hex').slice(0, 12);
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(texts).toEqual(recorded[name as keyof typeof recorded]);
  });

  it('says the date as Python does', () => {
    vi.useFakeTimers({ now: new Date(2026, 2, 5, 15, 4, 9) });
    try {
      expect(filled("{{ strftime_now('%d %b %B %Y %y-%m %H:%M:%S %I%p %a %A %% %q') }}")).toBe(
        '05 Mar March 2026 26-03 15:04:09 03PM Thu Thursday % %q',
      );
    } finally {
      vi.useRealTimers();
    }
  });

  it('has the range of Python', () => {
    const text = '{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(5, 1, -2) %} {{ i }}{% endfor %}';
    expect(filled(text)).toBe('012 5 3');
  });

  it('takes the template for tools where tools are given', () => {
    const both = tokenizer('plain', { tool_use: 'tools' });
    expect(applyChatTemplate(both, [])).toBe('plain');
    expect(applyChatTemplate(both, [], { variables: { tools: [{}] } })).toBe('tools');
    expect(applyChatTemplate(both, [], { template: 'default', variables: { tools: [{}] } })).toBe('plain');
  });

  it('refuses what is no conversation, and says what a template says', () => {
    expect(() => applyChatTemplate(byteTokenizer(), [])).toThrow(/has no chat template "default", it has none/);
    expect(() => applyChatTemplate(tokenizer(''), [], { template: 'x' })).toThrow(/template "x", it has "default"/);
    expect(() => applyChatTemplate(tokenizer(''), [{}] as never)).toThrow(/a list of \{ role, content \} is needed/);
    expect(() => applyChatTemplate(tokenizer(''), [], { addGenerationPrompt: 1 } as never)).toThrow(/true or false/);
    expect(() => filled("{{ raise_exception('no tools') }}")).toThrow(
      'applyChatTemplate: the chat template "default" cannot be filled (no tools); change the messages or the template.',
    );
    expect(() => filled('{% if %}')).toThrow(/cannot be filled/);
  });
});
