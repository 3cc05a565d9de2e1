// The look of the page: one column of text, figures side by side where there is room, light and dark.
import { colors } from './theme.ts';

/** The colours that plots name, in light and dark. */
export function variables(): string {
  const all = (which: 1 | 2) => colors.map((color) => `--${color[0]}:${color[which]}`).join(';');
  return `:root{color-scheme:light dark;${all(1)}}
@media (prefers-color-scheme:dark){:root{${all(2)}}}`;
}

export function style(): string {
  return `
${variables()}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:66rem;margin:0 auto;padding:2.5rem 1rem 4rem}
h1{font-size:clamp(1.5rem,4.5vw,2.1rem);line-height:1.2;letter-spacing:-.015em;margin:0 0 .75rem;text-wrap:balance}
h2{font-size:1.3rem;line-height:1.3;margin:3rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--rule)}
h3{font-size:.95rem;margin:0 0 .5rem;font-weight:600}
p{max-width:46rem;margin:.6rem 0}
.lead{font-size:1.1rem;color:var(--soft)}
figure{margin:1.25rem 0}
figcaption,.caption{color:var(--soft);font-size:.85rem;line-height:1.45;text-align:left}
figcaption{margin-top:.5rem;max-width:46rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21.5rem),1fr));gap:1rem}
.figures>div{background:var(--card);border:1px solid var(--rule);border-radius:.6rem;padding:.9rem .75rem}
.figures svg{display:block;max-width:100%;height:auto;margin:0 auto;font-family:inherit}
.small{grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr));background:var(--card);border:1px solid var(--rule);border-radius:.6rem;padding:.9rem .75rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin:0 0 .6rem;padding:0;font-size:.9rem}
.legend li{display:flex;align-items:center;gap:.45rem}
.legend i{display:inline-block;width:1.4rem;height:0;border-top:2px solid var(--key)}
.legend .dash{border-top-style:dashed}
.legend .dot,.legend .square,.legend .diamond{width:.7rem;height:.7rem;border:0;background:var(--key);border-radius:50%}
.legend .square{border-radius:1px}
.legend .diamond{border-radius:0;transform:rotate(45deg) scale(.8)}
.figures>div .legend{font-size:.8rem;gap:.1rem .8rem}
.table{overflow-x:auto;margin:.4rem 0 1.25rem}
table{border-collapse:collapse;font-size:.8rem;font-variant-numeric:tabular-nums;white-space:nowrap;min-width:100%}
.caption{margin:1.5rem 0 0}
th,td{padding:.3rem .5rem;text-align:right;border-bottom:1px solid var(--rule)}
th:first-child{text-align:left;padding-left:0;font-weight:500}
td:last-child,th:last-child{padding-right:.2rem}
thead th{color:var(--soft);font-weight:500;vertical-align:bottom;white-space:normal;min-width:4.2rem}
pre{overflow-x:auto;background:var(--card);border:1px solid var(--rule);border-radius:.5rem;padding:.75rem .9rem;font-size:.85rem;line-height:1.45}
details{margin:.75rem 0}
summary{cursor:pointer;color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
@media (max-width:30rem){main{padding:1.5rem .9rem 3rem}.figures>div,.small{padding:.7rem .3rem}td,th{padding:.3rem .5rem}}
@media print{section{break-inside:avoid-page}}
`;
}
