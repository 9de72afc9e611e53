/** A block is not given to what needs less than a fourth of it, so that large ones are there for what is large. */
const MAX_WASTE = 4;

/** Blocks up to this size are given to everybody. */
const SMALL_BYTES = 4 * 1024 * 1024;

/** Memory that finished downloads have left, used again: new blocks for each would pile up as garbage. */
export class BufferPool {
	/** Those that are free, the smallest first. */
	private readonly blocks: Buffer[] = [];

	/** @param maxBytes no block is larger */
	constructor(private readonly maxBytes: number) {}

	/** A free block that is large enough and not much larger, or a new one in the place of a smaller one. */
	take(bytes: number): Buffer {
		const smaller = this.blocks.filter(({ length }) => length < bytes).length;
		const [next] = this.blocks.slice(smaller, smaller + 1);
		if (next && next.length <= Math.max(bytes * MAX_WASTE, SMALL_BYTES)) {
			this.blocks.splice(smaller, 1);
			return next;
		}
		if (smaller > 0) this.blocks.splice(smaller - 1, 1);
		return Buffer.allocUnsafe(Math.min(bytes, this.maxBytes));
	}

	giveBack(block: Buffer): void {
		const smaller = this.blocks.filter(({ length }) => length < block.length).length;
		this.blocks.splice(smaller, 0, block);
	}
}
