// Draws a figure as SVG text in plain Node. Vega is loaded when the first one is drawn, and never before.

import { OptionError } from '@twilljs/tensor';
import type { TopLevelSpec } from 'vega-lite';
import type { Picture } from './document.ts';
import { escaped } from './text/escape.ts';
import { config } from './theme.ts';

/** Of figures on the page, the same for all, so that letters have one size where there is room. */
const SCALE = 1.15;

/**
 * @param id unique in the page.
 * @throws OptionError where the specification is none that Vega-Lite can draw.
 */
export async function draw({ title, description, spec }: Picture, id: string): Promise<string> {
  const svg = await svgOf(spec).catch((error: Error) => {
    throw new OptionError(`picture "${title}": Vega-Lite cannot draw it, ${error.message}; correct its spec.`, {
      cause: error,
    });
  });
  return labelled(slim(svg), { title, description, id });
}

async function svgOf(spec: Picture['spec']): Promise<string> {
  const [{ compile }, { parse, View, Warn }] = await Promise.all([import('vega-lite'), import('vega')]);
  const compiled = compile({ ...withData(spec), config } as unknown as TopLevelSpec);
  const view = new View(parse(compiled.spec), { renderer: 'none', logLevel: Warn });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

/** Without the layers that have nothing to show, of which Vega would warn. */
function withData(spec: Picture['spec']): Picture['spec'] {
  const { layer } = spec as { layer?: readonly { data?: { values?: readonly unknown[] } }[] };
  return layer ? { ...spec, layer: layer.filter(({ data }) => data?.values?.length !== 0) } : spec;
}

/** What no browser needs inside a page: namespaces, class names, invisible shapes, digits below a hundredth. */
function slim(svg: string): string {
  return svg
    .replace(/ xmlns(:xlink)?="[^"]*"| version="1.1"| class="[^"]*"| role="[^"]*"| aria-[a-z]+="[^"]*"/g, '')
    .replace(/<path d="[^"]*" pointer-events="none"( display="none")?\/>|<path d="[^"]*" display="none"\/>/g, '')
    .replace(/<path d="[^"]*"\/>/g, '')
    .replaceAll(' pointer-events="none"', '')
    .replaceAll(' opacity="1"', '')
    .replaceAll(` font-family="${escaped(config.font)}"`, '')
    .replace(/<g>\s*<\/g>/g, '')
    .replace(/="[^"]*"/g, (value) =>
      value.replace(/-?\d+\.\d{3,}/g, (digits) => String(Number(Number(digits).toFixed(2)))),
    );
}

function labelled(svg: string, { title, description, id }: { title: string; description: string; id: string }): string {
  const names = `<title id="${id}-t">${escaped(title)}</title><desc id="${id}-d">${escaped(description)}</desc>`;
  const scaled = svg.replace(
    /(?<=^<svg[^>]*) (width|height)="([\d.]+)"/g,
    (_, side, n) => ` ${side}="${Math.round(n * SCALE)}"`,
  );
  return scaled.replace(/^<svg([^>]*)>/, `<svg role="img" aria-labelledby="${id}-t ${id}-d"$1>${names}`);
}
