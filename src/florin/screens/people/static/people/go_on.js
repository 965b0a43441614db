// Sends again what waited until its person had shown who they are.
document.querySelector("form[data-go-on]").requestSubmit();
