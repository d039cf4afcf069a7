"""Work that takes longer than a request, or that happens by itself.

:mod:`registry` says what there is to do, :mod:`jobs` has the verbs (enqueue, cancel, retry), :mod:`queue` wakes workers
up, :mod:`running` runs one job, :mod:`worker` keeps at it.

A new kind of job stands with the capability that it belongs to::

    @handler("event.build", title=N_("生成匹配表"), repeatable=True)
    def build(run: JobRun, event_id: int) -> None:
        with run.database.reading() as session:
            ...                                 # long work; run.progress(3, 10) now and then
        with run.database.writing() as session:
            ...
            run.result = {"version": 4}
            run.finish(session)                 # the change and “done” are one transaction

Its module is named in ``HANDLER_MODULES`` of :mod:`matchmaker.services.platform`.
"""
