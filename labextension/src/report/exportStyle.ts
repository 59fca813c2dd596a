/** How an exported page looks. It has no theme to follow, so it follows the reader's system. */

export const PAGE_STYLE = `
:root { color-scheme: light dark; --line: #8885; --pale: #8881; --quiet: #666;
  --tone: #767676; }
@media (prefers-color-scheme: dark) { :root { --quiet: #aaa; } }
body { margin: 1.5em auto; max-width: 880px; padding: 0 1em;
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h3, h4, h5, p, figure, ul { margin: 0; }
.nbd-mod-critical { --tone: #d9484f; } .nbd-mod-warning { --tone: #b3800e; }
.nbd-mod-note { --tone: #3d7fd9; } .nbd-mod-healthy { --tone: #23946a; }
.nbd-Head { display: flex; gap: 10px; margin-bottom: 12px; }
.nbd-Sign { color: var(--tone); }
.nbd-Head > .nbd-Sign { font-size: 1.3em; }
.nbd-Card-severity > .nbd-Sign { margin-right: 4px; }
.nbd-Head-line { font-size: 1.3em; }
.nbd-Head-verdict { font-weight: 600; }
.nbd-Head-summary, .nbd-Muted, .nbd-Foot, .nbd-Card-severity, .nbd-Card-evidence, .nbd-Card-line, .nbd-Card-fits, .nbd-Card-rule,
.nbd-Treatment-effect, .nbd-Table th { color: var(--quiet); font-weight: 400; }
.nbd-Section { border-top: 1px solid var(--line); margin-top: 10px; padding-top: 4px; }
.nbd-Section > * + * { margin-top: 12px; }
.nbd-Section-title { display: inline; font-size: 1.05em; }
summary { cursor: pointer; }
.nbd-Card { background: var(--pale); border: 1px solid var(--line); border-left: 4px solid
  var(--tone); border-radius: 3px; padding: 8px 14px 12px; }
.nbd-Card > * + *, .nbd-Fold > .nbd-Card { margin-top: 8px; }
.nbd-Card-head { align-items: baseline; display: flex; flex-wrap: wrap; gap: 2px 10px; }
.nbd-Card-title { font-size: 1.1em; }
.nbd-Card-title { flex: 1 0 100%; }
.nbd-Treatment { border-top: 1px dashed var(--line); padding-top: 8px; }
.nbd-Treatment-title { font-weight: 600; }
.nbd-Treatment-effect { margin-left: 10px; }
.nbd-Trial { border-left: 3px solid var(--line); margin: 6px 0; padding-left: 8px; }
.nbd-Trial.nbd-mod-helps { border-left-color: #23946a; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.92em; }
.nbd-Code { background: var(--pale); border-radius: 3px; padding: 0 0.25em; }
.nbd-Diff, .nbd-Manual-code, .nbd-Cell { border: 1px solid var(--line); border-radius: 3px;
  margin: 6px 0; padding: 4px 0; white-space: pre-wrap; }
.nbd-Manual-code, .nbd-Cell { padding: 4px 10px; }
.nbd-Diff > span { direction: ltr; display: block; padding: 0 10px; unicode-bidi: bidi-override; }
.nbd-Diff-added { background: #23946a29; } .nbd-Diff-removed { background: #d9484f29; }
.nbd-Diff-mark { background: #b3800e44; } .nbd-Diff-gap { color: var(--quiet); }
.nbd-Manual { border-left: 2px solid var(--line); padding: 4px 0 0 14px; }
.nbd-Manual > * + * { margin-top: 6px; }
.nbd-List { padding-left: 20px; }
.nbd-Table-frame { overflow-x: auto; }
.nbd-Table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.nbd-Table caption { color: var(--quiet); text-align: left; }
.nbd-Table th, .nbd-Table td { border-bottom: 1px solid var(--line); padding: 2px 18px 2px 0;
  text-align: left; vertical-align: top; }
.nbd-Chart-title { font-weight: 600; margin-bottom: 4px; }
.nbd-Chart svg { display: block; height: auto; max-width: 740px; width: 100%; }
.nbd-Part > :not(summary) { margin-left: 18px; }
.nbd-Part .nbd-Table { width: 100%; }
.nbd-Fold > .nbd-Table-frame caption, .nbd-Unseen { clip-path: inset(50%); height: 1px;
  overflow: hidden; position: absolute; width: 1px; }
.nbd-Lead { color: LinkText; } .nbd-Lead + .nbd-Lead { margin-left: 8px; }
`;

/** Of the style above, which the page's policy allows; a test tells when it is old. */
export const PAGE_STYLE_HASH = 'sha256-hJs23KLOh0NtRAuLa9hsnx/fjsi+O+iWoJHgKnq/fos=';
