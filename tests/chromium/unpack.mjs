// Unpacks brotli files, for Python has no brotli of its own: node unpack.mjs FROM_FOLDER TO_FOLDER NAME...
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const [source, target, ...names] = process.argv.slice(2);
for (const name of names) {
  await pipeline(
    createReadStream(join(source, `${name}.br`)),
    createBrotliDecompress(),
    createWriteStream(join(target, name)),
  );
}
