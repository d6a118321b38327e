"""The addresses of the work. One word goes through address, view, action and test."""

from django.urls import path

from projects.views import exports, manuscripts, money, paragraphs, projects, recordings, runs, scripts, takes

urlpatterns = [
    path("", projects.project_list, name="project-list"),
    path("projects/new/", manuscripts.manuscript_new, name="manuscript-new"),
    path("manuscripts/<int:manuscript_id>/", manuscripts.manuscript_preview, name="manuscript-preview"),
    path("projects/<int:project_id>/", projects.project_detail, name="project-detail"),
    path("projects/<int:project_id>/edit/", projects.project_edit, name="project-edit"),
    path("projects/<int:project_id>/cover", projects.project_cover, name="project-cover"),
    path("projects/<int:project_id>/exports/", exports.export_new, name="export-new"),
    path("exports/<int:export_id>/", exports.export_detail, name="export-detail"),
    path("exports/<int:export_id>/cancel/", exports.export_cancel, name="export-cancel"),
    path("exports/<int:export_id>/download", exports.export_download, name="export-download"),
    path("runs/", runs.run_list, name="run-list"),
    path("runs/<int:run_id>/pause/", runs.run_pause, name="run-pause"),
    path("runs/<int:run_id>/resume/", runs.run_resume, name="run-resume"),
    path("runs/<int:run_id>/cancel/", runs.run_cancel, name="run-cancel"),
    path("runs/<int:run_id>/retry/", runs.run_retry, name="run-retry"),
    path("teams/<int:team_id>/resume/", runs.team_resume, name="team-resume"),
    path("scripts/<int:script_id>/", scripts.script_detail, name="script-detail"),
    path("scripts/<int:script_id>/changes/", scripts.script_changes, name="script-changes"),
    path("scripts/<int:script_id>/render/", scripts.script_render, name="script-render"),
    path("scripts/<int:script_id>/stop/", scripts.script_stop, name="script-stop"),
    path("paragraphs/<int:paragraph_id>/", paragraphs.paragraph_detail, name="paragraph-detail"),
    path("paragraphs/<int:paragraph_id>/text/", paragraphs.paragraph_text, name="paragraph-text"),
    path(
        "paragraphs/<int:paragraph_id>/direction/", paragraphs.paragraph_direction, name="paragraph-direction"
    ),
    path("paragraphs/<int:paragraph_id>/recording/", recordings.recording_new, name="recording-new"),
    path("paragraphs/<int:paragraph_id>/render/", paragraphs.paragraph_render, name="paragraph-render"),
    path("takes/<int:take_id>/choose/", takes.take_choose, name="take-choose"),
    path("takes/<int:take_id>/clear/", takes.take_clear, name="take-clear"),
    path("takes/<int:take_id>/retry/", takes.take_retry, name="take-retry"),
    path("takes/<int:take_id>/audio.wav", takes.take_audio, name="take-audio"),
    path("takes/<int:take_id>/live", takes.take_live, name="take-live"),
    path("takes/<int:take_id>/waveform", takes.take_waveform, name="take-waveform"),
    path("usage/", money.usage, name="usage"),
    path("usage/calls.csv", money.usage_csv, name="usage-csv"),
    path("teams/<int:team_id>/price/", money.price_edit, name="price-edit"),
]
