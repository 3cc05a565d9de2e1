// Chat templates of the kinds that models of the Hub have, written for these tests, and conversations to fill them with.

/** Headers for each turn; tools and a date in the first one. */
const headers = `{{- bos_token }}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content'] | trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|head|>system<|body|>\\n\\n" }}
{%- if tools is not none and tools is defined %}
    {{- "Tools: " }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- "Cutting: " + (date_string if date_string is defined else "26 Jul 2024") + "\\n\\n" }}
{{- system_message }}
{{- "<|end|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|head|>' + message['role'] + '<|body|>\\n\\n'+ message['content'] | trim + '<|end|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("one call at a time") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '{"name": "' + tool_call.name + '", ' }}
        {{- '"parameters": ' }}
        {{- tool_call.arguments | tojson }}
        {{- "}" }}
    {%- else %}
        {{- "<|head|>tool<|body|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable and message.content is not string %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|head|>assistant<|body|>\\n\\n' }}
{%- endif %}
`;

/** A namespace, loops from the end, thinking that is cut out of earlier answers, white space that blocks leave. */
const thinking = `{% if messages[0].role == 'system' %}
  {{- '<|start|>system\\n' + messages[0].content + '<|stop|>\\n' }}
{% endif %}
{%- set ns = namespace(multi=true, last=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi and message.role == "user" and message.content is string and not(message.content.startswith('<reply>') and message.content.endswith('</reply>')) %}
        {%- set ns.multi = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{% for message in messages %}
    {% if (message.role == "user") or (message.role == "system" and not loop.first) %}
{{ '<|start|>' + message.role + '\\n' + message.content + '<|stop|>' }}
    {% elif message.role == "assistant" %}
        {%- set content = message.content %}
        {%- set reasoning = '' %}
        {%- if message.reasoning is defined and message.reasoning is not none %}
            {%- set reasoning = message.reasoning %}
        {%- elif '</think>' in message.content %}
            {%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}
            {%- set reasoning = message.content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last and (loop.last or reasoning) %}
            {{- '<|start|>' + message.role + '\\n<think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {{- '<|stop|>\\n' }}
    {% endif %}
{% endfor %}
{%- if add_generation_prompt %}
    {{- '<|start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}`;

/** Turns must take turns; the system's words go into the last one. */
const brackets = `{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{#- Roles must alternate. #}
{%- for message in loop_messages | rejectattr("role", "equalto", "tool") | list %}
    {%- if (message["role"] == "user") != (loop.index0 % 2 == 0) %}
        {{- raise_exception("roles must alternate user/assistant/user/...") }}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "tool" %}
        {{- '[RESULT] {"content": ' ~ message.content|string ~ "}[/RESULT]" }}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"] | trim + eos_token}}
    {%- else %}
        {{- raise_exception("only user, system and assistant roles are supported, not " + message.role) }}
    {%- endif %}
{%- endfor %}
`;

export const chatTemplates = { headers, thinking, brackets };

const question = { role: 'user', content: ' How many "sails" does a ship have? é漢😀 <b> \n' };
const answer = { role: 'assistant', content: '<think>\nmany\n</think>\n\nThree.' };

export const conversations = [
  { messages: [question], add_generation_prompt: true },
  { messages: [{ role: 'system', content: 'Be brief. ' }, question, answer, { role: 'user', content: 'And a boat?' }] },
  { messages: [question, answer], add_generation_prompt: true, enable_thinking: false },
  { messages: [question, { role: 'assistant', content: 'x', reasoning: 'y\n' }], date_string: '1 Jan 2026' },
  {
    messages: [
      question,
      {
        ...{ role: 'assistant', content: '' },
        tool_calls: [{ function: { name: 'count', arguments: { of: 'sails', é: [1, 2.5, null, true, {}] } } }],
      },
      { role: 'tool', content: { n: 3, list: ['a', 'b'] } },
      question,
    ],
    tools: [{ type: 'function', function: { name: 'count', parameters: { type: 'object', properties: {} } } }],
  },
  { messages: [answer, question] },
  { messages: [{ role: 'other', content: 'x' }] },
] as const;
