def test_x(checked):
    for c in checked.values():
        print(c.path, c.stop, c.seconds, c.trainings)
        for p in c.problems:
            print("  ", p.place, p.finding.rule, p.finding.says, p.fingerprint)
        for x in c.cells:
            print("  ", x.place, x.outcome, x.why)
