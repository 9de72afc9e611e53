/** Memory that finished downloads have left, used again: new blocks for each would pile up as garbage. */
export class BufferPool {
	private readonly blocks: Buffer[] = [];

	/** @param maxBytes no block is larger */
	constructor(private readonly maxBytes: number) {}

	/** A free block that is large enough, or a new one in the place of a smaller one. */
	take(bytes: number): Buffer {
		const free = this.blocks.findIndex(({ length }) => length >= bytes);
		if (free !== -1) return this.blocks.splice(free, 1)[0] as Buffer;
		this.blocks.pop();
		return Buffer.allocUnsafe(Math.min(bytes, this.maxBytes));
	}

	giveBack(block: Buffer): void {
		this.blocks.push(block);
	}
}
