/** The colours of one scheme: text on them has a contrast of at least 4.5. */
type Palette = Record<
  'page' | 'account' | 'vpc' | 'box' | 'edge' | 'text' | 'muted' | 'made' | 'changed' | 'gone',
  string
>;

const light: Palette = {
  page: '#ffffff',
  account: '#eef1f5',
  vpc: '#f8fafc',
  box: '#ffffff',
  edge: '#5b6672',
  text: '#16202b',
  muted: '#4f5b67',
  made: '#0b6b2e',
  changed: '#6f3cc3',
  gone: '#b3161f',
};

const dark: Palette = {
  page: '#0e141b',
  account: '#18212b',
  vpc: '#1f2a36',
  box: '#0e141b',
  edge: '#94a1af',
  text: '#e8eef4',
  muted: '#a9b5c1',
  made: '#5fd68b',
  changed: '#c3a2ff',
  gone: '#ff8f8a',
};

/** Both schemes, so that what checks their contrast needs no list of its own. */
export const palettes = { light, dark } as const;

const coloured = (colours: Palette) => `
.page{fill:${colours.page}}
.account{fill:${colours.account};stroke:${colours.edge}}
.vpc{fill:${colours.vpc};stroke:${colours.edge}}
.box{fill:${colours.box};stroke:${colours.edge}}
.path{stroke:${colours.edge}}
.arrow{fill:${colours.edge}}
.plain,text.already,text.adopted,text.open,.sign.already,.sign.adopted,.sign.open{fill:${colours.text}}
.muted{fill:${colours.muted}}
text.made,.sign.made,.arrow.made{fill:${colours.made}}
text.changed,.sign.changed,.arrow.changed{fill:${colours.changed}}
text.missing,text.closed,.sign.closed,.arrow.missing,.arrow.closed{fill:${colours.gone}}
.box.made,.path.made,.sign.made{stroke:${colours.made}}
.box.changed,.path.changed,.sign.changed{stroke:${colours.changed}}
.box.missing,.box.closed,.path.missing,.path.closed,.sign.missing,.sign.closed{stroke:${colours.gone}}
.sign.already,.sign.adopted,.sign.open{stroke:${colours.text}}
.sign.hollow{fill:none}
.cut{stroke:${colours.box};fill:none}`;

/**
 * The style sheet: line styles say what colours say, so that nothing is lost in black and white, and
 * the page has a ground of its own, so that it can be put on any background. Fonts are those of the
 * reader's system.
 */
export const styleSheet = `
text{white-space:pre}
.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
.sans{font-family:"Segoe UI",Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif}
.bold{font-weight:600}
.account,.vpc,.box{stroke-width:1}
.box.made,.box.changed{stroke-width:2.5}
.box.missing,.box.closed{stroke-width:2;stroke-dasharray:6 4}
.path{fill:none;stroke-width:1.25}
.path.made,.path.changed{stroke-width:3}
.path.missing,.path.closed{stroke-width:2;stroke-dasharray:6 4}
.sign,.cut{stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
${coloured(light)}
@media (prefers-color-scheme:dark){${coloured(dark)}
}`;
