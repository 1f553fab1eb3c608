"""How a report looks: one column, quiet colours, light and dark, and on paper."""

from pellucid.plots.style import BLUE, DARK, GREEN, GRID, INK, MUTED, ORANGE, SURFACE, VERMILLION

STYLESHEET = f"""
:root {{
  --ink: {INK}; --muted: {MUTED}; --rule: {GRID}; --paper: {SURFACE}; --link: {BLUE};
  --soft: #f5f7f9; --good: {GREEN}; --info: {BLUE}; --warning: {ORANGE}; --error: {VERMILLION};
}}
@media (prefers-color-scheme: dark) {{
  :root {{
    --ink: {DARK[INK]}; --muted: {DARK[MUTED]}; --rule: {DARK[GRID]}; --paper: {DARK[SURFACE]};
    --link: {DARK[BLUE]}; --soft: #20242a; --info: {DARK[BLUE]}; --error: {DARK[VERMILLION]};
  }}
}}
* {{ box-sizing: border-box; }}
html {{ print-color-adjust: exact; color-scheme: light dark;
  background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }}
body {{ margin: 0; }}
main {{ max-width: 760px; margin: 0 auto; padding: 40px 16px 64px; }}
h1 {{ font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; }}
h2 {{ font-size: 1.3rem; margin: 2.6rem 0 .8rem; padding-top: .9rem;
  border-top: 1px solid var(--rule); }}
h3 {{ font-size: 1.08rem; margin: 1.8rem 0 .6rem; }}
h1, h2, h3, h4, p, dd, td, th, li, figcaption {{ overflow-wrap: anywhere; }}
p {{ margin: .7rem 0; }}
a {{ color: var(--link); }}
.about, figcaption, caption, dt, summary {{ color: var(--muted); }}
nav ul {{ list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem;
  padding: 0; margin: 1rem 0 0; font-size: .92rem; }}
dl {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(168px, 1fr)); gap: .6rem;
  margin: 1rem 0; }}
dl div {{ background: var(--soft); border-radius: 8px; padding: .6rem .8rem; }}
dt {{ font-size: .82rem; }}
dd {{ margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }}
.note {{ border-left: 4px solid var(--info); background: var(--soft);
  border-radius: 0 8px 8px 0; padding: .6rem .9rem; }}
.note.good {{ border-color: var(--good); }}
.note.warning {{ border-color: var(--warning); }}
.note.error {{ border-color: var(--error); }}
pre {{ background: var(--soft); border-radius: 8px; padding: .8rem 1rem; overflow-x: auto;
  font: .86rem/1.5 ui-monospace, "DejaVu Sans Mono", Consolas, monospace; }}
.wide {{ overflow-x: auto; margin: 1rem 0; }}
table {{ border-collapse: collapse; min-width: 50%; font-size: .92rem; }}
caption {{ text-align: left; font-size: .88rem; padding-bottom: .4rem; }}
th, td {{ text-align: left; padding: .32rem .9rem .32rem 0; border-bottom: 1px solid var(--rule);
  vertical-align: top; overflow-wrap: normal; }}
thead th {{ border-bottom: 2px solid var(--rule); font-weight: 600; }}
.number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
figure {{ margin: 1.2rem 0; }}
img {{ display: block; max-width: 100%; height: auto; border-radius: 6px; }}
figcaption {{ font-size: .88rem; margin-top: .4rem; }}
summary {{ font-size: .88rem; cursor: pointer; margin-top: .3rem; }}
@page {{ margin: 16mm; }}
@media print {{
  :root {{ --ink: #000; --paper: #fff; --soft: #f5f7f9; --rule: #ccc; --muted: #444; }}
  main {{ max-width: none; padding: 0; }}
  nav, details {{ display: none; }}
  h2, h3 {{ break-after: avoid; }}
  figure, tr, dl div, .note {{ break-inside: avoid; }}
  .wide {{ overflow: visible; }}
}}
"""
