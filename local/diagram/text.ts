/** How a text is set: technical values are monospaced, so that their widths are known anywhere. */
export type Font = { family: 'mono' | 'sans'; size: number; bold?: boolean };

const narrow = /[iljtfrI.,:;'|!()[\] -]/;
const wide = /[mwMWQ@%&+=<>→…]/;

/** Widths in em of the widest fonts that these families fall back to, so that a text always fits. */
const sansEm = (sign: string) => {
  if (narrow.test(sign)) return 0.42;
  if (wide.test(sign)) return 1;
  return /[A-Z0-9]/.test(sign) ? 0.72 : 0.63;
};

const emOf = (sign: string, family: Font['family']) => {
  // Signs of East Asia and pictures fill a square.
  if ((sign.codePointAt(0) ?? 0) > 0x2e80) return 1.4;
  return family === 'mono' ? 0.61 : sansEm(sign);
};

/** The width in pixels that a text takes at most. */
export const widthOf = (text: string, { family, size, bold }: Font): number => {
  const em = [...text].reduce((sum, sign) => sum + emOf(sign, family), 0);
  return Math.ceil(em * size * (bold && family === 'sans' ? 1.1 : 1));
};

/** Joins parts as long as they fit into a width, and begins anew with each that does not. */
const filled = (parts: Iterable<string>, glue: string, font: Font, width: number): string[] => {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length > 0 ? `${lines.at(-1)}${glue}${part}` : part;
    if (lines.length === 0 || widthOf(longer, font) > width) lines.push(part);
    else lines.splice(-1, 1, longer);
  }
  return lines;
};

/** A text in lines no wider than so many pixels; a word that is wider itself is broken. */
export const wrapped = (text: string, font: Font, width: number): string[] =>
  filled(
    text.split(/\s+/).flatMap((word) => filled(word, '', font, width)),
    ' ',
    font,
    width,
  );
