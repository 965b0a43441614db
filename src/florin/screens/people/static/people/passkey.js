// Says in words when a browser gave no passkey, and shows what needs one only to browsers that have them.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-problem").hidden = false;
});
if (window.PublicKeyCredential) {
  for (const element of document.querySelectorAll("[data-needs-passkeys]")) {
    element.hidden = false;
  }
}
