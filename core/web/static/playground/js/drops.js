// Photos dropped on the page: on the upload panel into the shop, anywhere else into the query.

/** Listen for drops; `onQuery` is called with the first file, `onShop` with all files. */
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
