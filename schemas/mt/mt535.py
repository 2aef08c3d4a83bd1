"""MT535 Statement of holdings."""

from __future__ import annotations

from schemas.mt.table import message

MT535 = message(
    "535",
    "Statement of holdings",
    """
M  A GENL
   M  28E
   O  13[AJ] STAT
   M  20C SEME
   M  23G
   O  98[ACE] PREP
   M  98[AC] STAT
   M  22F SFRE
   M  22F CODE
   M  22F STTY
   M  22F STBA
   O* A1 LINK
      O  13[AB] LINK
      M  20C PREV/RELA
   O  95[PR] ACOW
   O  95L ALTE
   M  97[ABD] SAFE/BCAW
   M  17B ACTI
   O  17B AUDT
   M  17B CONS
   O* 17B
O* B SUBSAFE
   O  95[PR] ACOW
   O  95L ALTE
   O  97[ABD] SAFE/BCAW
   O* 94[BCFLT] SAFE
   O  17B ACTI
   O* B1 FIN
      M  35B
      O  B1a FIA
         O  94B PLIS
         O  94D PLIS
         O  22F MICO
         O  22F FORM
         O  22F PFRE
         O  22F PAYS
         O  22F CFRE
         O  12[AC] CLAS
         O  12B OPST
         O  12B OPTI
         O  11A DENO
         O  98A COUP
         O  98A EXPI
         O  98A FRNR
         O  98A MATU
         O  98A ISSU
         O  98A CALD
         O  98A CONV
         O  98A PUTT
         O  98A DDTE
         O* 92A PRFC/CUFC/NWFC/INTR/NXRT/INDX/YTMR
         O  13[AB] COUP/POOL
         O  13B COUP/POOL
         O* 13[BK] COUP/POOL
         O  17B FRNF
         O  17B CALL
         O  17B PUTT
         O  90[AB] INDC
         O  90[AB] MRKT
         O  36[BD] MINO
         O  36[BD] SIZE
         O* 35B
         O  70E FIAN
      O  22H
      O  90[ABE] MRKT/INDC
      O  94[BS] PRIC
      O  98[AC] PRIC
      M* 93[BF] AGGR
      O  93[BF] AVAI
      O  93[BF] NAVL
      O* B1b SUBBAL
         M  93[BCEF] AGGR/AWAS/BLOK/BLOV/BLCA/BORR/COLI/COLO/LOAN/MARG/PECA/PEND/PENR/PLED/REGO/
                    RSTR/SPOS/TRAN/UNRG
         O  93[BF] AVAI
         O  93[BF] NAVL
         O  22[FH]
         O  94[BS]
         O* 94[BCFLT] SAFE
         O* 94[BFL]
         O  94B
         O  90[ABE] MRKT/INDC
         O  98[AC] PRIC
         O  99A DAAC
         O  19A HOLD
         O  19A BOOK
         O  19A ACRU
         O  19A
         O  92B EXCH
         O  70C SUBB
         O* B1b1 BREAK
            O  13B LOTS
            O  93[BF] LOTS
            O  98[ACE] LOTS
            O  90[AB] LOTS
            O  22F PRIC
            O* 19A
      O  99A DAAC
      O  19A HOLD
      O  19A BOOK
      O  19A ACRU
      O  19A
      O  92B EXCH
      O  70E HOLD
      O* B1c BREAK
         O  13B LOTS
         O  93[BF] LOTS
         O  98[ACE] LOTS
         O  90[AB] LOTS
         O  22F PRIC
         O* 19A
O* C ADDINFO
   O* 95[PQR]
   O* 19A
   O  70H
""",
)
