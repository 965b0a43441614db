-- What the database itself does here, as it is now; the migrations brought it there.

CREATE VIEW report_notice AS
SELECT id AS notice_id, gateway, event, kind, received_at, handled_at, outcome FROM notices_processornotice;
COMMENT ON VIEW report_notice IS 'One row per notice of the processor, by its event id.';
