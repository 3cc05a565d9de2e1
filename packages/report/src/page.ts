// The report as one self-contained page: nothing in it is fetched from anywhere.
import type { Block, Key, Report } from './document.ts';
import { style } from './page-style.ts';
import { draw } from './render.ts';
import { escaped } from './text/escape.ts';

/** The report as one page of HTML that fetches nothing. */
export async function page({ title, lead, sections }: Report): Promise<string> {
  const written: string[] = [];
  for (const [i, section] of sections.entries()) {
    const blocks: string[] = [];
    for (const [j, block] of section.blocks.entries()) blocks.push(await html(block, `s${i}b${j}`));
    written.push(
      `<section aria-labelledby="s${i}"><h2 id="s${i}">${escaped(section.title)}</h2>\n${blocks.join('\n')}\n</section>`,
    );
  }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style()}</style>
</head>
<body>
<main>
<header><h1>${escaped(title)}</h1>
<p class="lead">${escaped(lead)}</p></header>
${written.join('\n')}
</main>
</body>
</html>
`;
}

async function html(block: Block, id: string): Promise<string> {
  switch (block.kind) {
    case 'text':
      return `<p>${block.about ? `<strong>${escaped(block.about)}.</strong> ` : ''}${escaped(block.text)}</p>`;
    case 'code': {
      const code = `<pre tabindex="0"><code>${escaped(block.text)}</code></pre>`;
      return block.summary ? `<details><summary>${escaped(block.summary)}</summary>${code}</details>` : code;
    }
    case 'table':
      return table(block, id);
    case 'pictures': {
      const drawn: string[] = [];
      for (const [i, figure] of block.pictures.entries()) {
        const svg = await draw(figure, `${id}f${i}`);
        drawn.push(block.small ? svg : `<div><h3>${escaped(figure.title)}</h3>${legend(figure.keys)}${svg}</div>`);
      }
      const grid = `<div class="figures${block.small ? ' small' : ''}">${drawn.join('\n')}</div>`;
      return `<figure>${legend(block.keys)}${grid}<figcaption>${escaped(block.caption)}</figcaption></figure>`;
    }
  }
}

function legend(keys: readonly Key[] = []): string {
  if (keys.length === 0) return '';
  const items = keys.map(
    ({ label, color, mark }) =>
      `<li><i class="${mark}" style="--key:${color}" aria-hidden="true"></i>${escaped(label)}</li>`,
  );
  return `<ul class="legend" aria-label="Legend">${items.join('')}</ul>`;
}

function table({ caption, head, rows, strong = [] }: Extract<Block, { kind: 'table' }>, id: string): string {
  const heads = head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('');
  const isStrong = (row: number, column: number) => strong.some(([r, c]) => r === row && c === column);
  const body = rows.map(([first, ...cells], row) => {
    const data = cells
      .map((cell, i) =>
        isStrong(row, i + 1) ? `<td><strong>${escaped(cell)}</strong></td>` : `<td>${escaped(cell)}</td>`,
      )
      .join('');
    return `<tr><th scope="row">${escaped(first)}</th>${data}</tr>`;
  });
  return (
    `<p class="caption" id="${id}">${escaped(caption)}</p>` +
    `<div class="table" role="region" tabindex="0" aria-labelledby="${id}"><table aria-labelledby="${id}">` +
    `<thead><tr>${heads}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`
  );
}
