// Where a dropped photo goes: over its panel into the shop, anywhere else into the question.

/** `onQuery` is called with the file, `onShop` with all that were dropped. */
export function acceptDrops(onQuery, onShop) {
  const { dataset } = document.body;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const isForShop = (event) => Boolean(event.target.closest?.("#add-panel"));
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    dataset.dropping = isForShop(event) ? "shop" : "query";
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) delete dataset.dropping; });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    delete dataset.dropping;
    const { files } = event.dataTransfer;
    if (!files.length) return;
    if (isForShop(event)) onShop(files);
    else onQuery(files[0]);
  });
}
