// Files dropped on the page.

/** Listen for drops; `onDrop` is called with the `FileList` and the target that `targetOf` returns for the event. */
export function acceptDrops(onDrop, targetOf = () => "query") {
  const { dataset } = document.body;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    dataset.dropping = targetOf(event);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) delete dataset.dropping; });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    delete dataset.dropping;
    const { files } = event.dataTransfer;
    if (files.length) onDrop(files, targetOf(event));
  });
}
