// A few lines of a terminal, redrawn in place.
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
/** A line that is longer than the terminal is cut off by it: wrapped, it would break the redrawing. */
const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';
const CLEAR_TO_END = '\u001b[0J';
const CLEAR_LINE_END = '\u001b[K';
const DEFAULT_WIDTH = 80;

/** What the block needs of a `tty.WriteStream`. */
export interface Terminal {
  columns?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

export class LiveBlock {
  #drawn = 0;
  #open = false;
  #render: ((width: number) => string[]) | undefined;
  readonly #redraw = (): void => this.#paint();
  readonly #restore = (): void => void this.stream.write(SHOW_CURSOR + WRAP);

  constructor(private readonly stream: Terminal) {}

  /** @param render lines for a width in columns; also called when the terminal changes its size */
  draw(render: (width: number) => string[]): void {
    if (!this.#open) {
      this.#open = true;
      this.stream.on('resize', this.#redraw);
      process.on('exit', this.#restore); // a second Ctrl-C ends the process here and now
    }
    this.#render = render;
    this.#paint();
  }

  /** Takes the lines away and gives the terminal back. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.stream.off('resize', this.#redraw);
    process.off('exit', this.#restore);
    this.stream.write(this.#toTop() + CLEAR_TO_END + SHOW_CURSOR + WRAP);
    this.#drawn = 0;
  }

  /** One write a frame, overwriting: nothing flickers. */
  #paint(): void {
    const lines = this.#render?.((this.stream.columns ?? DEFAULT_WIDTH) - 1) ?? [];
    const text = lines.map((line) => line + CLEAR_LINE_END + '\n').join('');
    this.stream.write(HIDE_CURSOR + NO_WRAP + this.#toTop() + text + CLEAR_TO_END + WRAP);
    this.#drawn = lines.length;
  }

  #toTop(): string {
    return this.#drawn > 0 ? `\r\u001b[${this.#drawn}A` : '\r';
  }
}
