from nbdoctor.readings.rivals import RivalNetworks


def networks(maker: float, made: float, given: float) -> RivalNetworks:
    return RivalNetworks(
        maker="g", judge="d", maker_of_made=maker, judge_of_made=made, judge_of_given=given
    )


def test_signs() -> None:
    assert networks(-0.5, 0.2, -0.3).judge_tells_apart
    assert not networks(-0.5, 0.2, -0.3).want_the_same
    assert networks(0.5, 0.2, -0.3).want_the_same
    assert not networks(0.5, 0.2, 0.3).judge_tells_apart
    assert not networks(0.0, 0.2, -0.3).want_the_same
